import { eventId, toRecord, TOPICS } from '@countersign/events';
import type { DeadLettered, MacKeys } from '@countersign/events';
import type { Appender, DeadLetter, InRecord } from '@countersign/kafka';

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

/** Keeps what intake cannot take, whole, under an id that a second letter about the same record repeats. */
export const deadLetters =
  (appender: Appender, macKeys: MacKeys): DeadLetter =>
  async (record, reason, detail) => {
    const { topic, partition, offset, timestampMs } = record;
    const letter = toRecord({
      ...{ topic: TOPICS.deadLetters, name: 'DeadLettered' as const, event: letterOf(record, reason, detail) },
      ...{
        key: record.key?.toString('utf8') ?? `${topic}|${partition}|${offset}`,
        id: eventId(topic, partition, offset),
      },
      ...{ timeMs: timestampMs, service: 'intake' as const, macKeys },
    });
    await appender.append([letter]);
  };

function letterOf(record: InRecord, reason: string, detail: string): DeadLettered {
  const { topic, partition, offset, key, value, timestampMs } = record;
  const step = VERIFY_REASONS.has(reason) ? 'verify' : DECODE_REASONS.has(reason) ? 'decode' : 'admit';
  return {
    ...{ source_topic: topic, source_partition: partition, source_offset: offset, key, value },
    headers: Object.entries(record.headers).map(([name, content]) => ({ name, value: Buffer.from(content ?? '') })),
    ...{ step: `intake/${step}`, reason, detail, recorded_at: timestampMs },
  };
}
