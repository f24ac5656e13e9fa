import { deadLetter } from '@countersign/events';
import type { MacKeys } from '@countersign/events';
import type { Appender, DeadLetter } from '@countersign/kafka';

const VERIFY_REASONS = new Set([
  'null_value',
  'too_large',
  'key_mismatch',
  'missing_header',
  'bad_signature',
  'stale',
  'agent_mismatch',
]);
const DECODE_REASONS = new Set(['bad_framing', 'unknown_schema', 'bad_avro', 'wrong_topic']);

const stepOf = (reason: string): string =>
  VERIFY_REASONS.has(reason) ? 'verify' : DECODE_REASONS.has(reason) ? 'decode' : 'admit';

/** Keeps what intake cannot take. */
export const deadLetters =
  (appender: Appender, macKeys: MacKeys): DeadLetter =>
  async (record, reason, detail) => {
    await appender.append([deadLetter(record, { service: 'intake', step: stepOf(reason), reason, detail }, macKeys)]);
  };
