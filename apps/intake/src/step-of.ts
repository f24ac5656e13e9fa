const VERIFY_REASONS = new Set([
  'null_value',
  'too_large',
  'key_mismatch',
  'missing_header',
  'bad_signature',
  'stale',
  'agent_mismatch',
  'rate_limited',
]);
const DECODE_REASONS = new Set([
  'unreadable_batch',
  'bad_framing',
  'unknown_schema',
  'bad_avro',
  'wrong_topic',
  'type_mismatch',
]);

/** The step of intake that gives up on a submission for this reason. */
export const stepOf = (reason: string): string =>
  VERIFY_REASONS.has(reason) ? 'verify' : DECODE_REASONS.has(reason) ? 'decode' : 'admit';
