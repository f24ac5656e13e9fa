import { LIMITS, parseTime } from '@countersign/canonical';
import { refuseUnreadable, statedEvent } from '@countersign/events';
import type { InRecord } from '@countersign/kafka';
import { decodeUtf8 } from '@countersign/service';
import type { AgentCredentials } from '@countersign/service';
import { isSignedBy } from './signature.js';
import { SubmissionError } from './submission-error.js';

export interface Verified {
  readonly agent: AgentCredentials;
  readonly value: Buffer;
  readonly tenant: string;
  readonly idempotency_key: string;
}

export type FindAgent = (tenant: string, agentId: string) => AgentCredentials | null;

const MAX_VALUE_BYTES = LIMITS.body;
const WINDOW_MS = 24 * 60 * 60 * 1000;

/**
 * Who wrote a submission, by its key, headers and signature. Nothing of the value is decoded before that is known.
 * @throws SubmissionError or EventError with the reason of the dead letter
 */
export function verifySubmission(record: InRecord, findAgent: FindAgent): Verified {
  const { value } = record;
  refuseUnreadable(record);
  if (value === null) throw new SubmissionError('null_value', 'the record has no value');
  if (value.length > MAX_VALUE_BYTES)
    throw new SubmissionError('too_large', `the value has ${value.length} bytes; ${MAX_VALUE_BYTES} are the limit`);
  // Bytes that are not UTF-8 would all read the same, so that two keys would be one.
  const key = textOf(record.key ?? '', 'the record key');
  const separator = key.indexOf('|');
  if (separator < 1) throw new SubmissionError('key_mismatch', 'the record key is not tenant|idempotency_key');
  const tenant = key.slice(0, separator);
  const agent = findAgent(tenant, header(record, 'countersign-agent'));
  const [ce_id, ce_time] = [header(record, 'ce_id'), header(record, 'ce_time')];
  if (ce_id.includes('.'))
    throw new SubmissionError('malformed', 'ce_id has a dot; use a UUID or another id without dots');
  const signed = { topic: record.topic, key, ce_id, ce_time, value };
  if (!agent || !isSignedBy(agent.signing_secrets, header(record, 'countersign-signature'), signed)) {
    throw new SubmissionError('bad_signature', 'the signature is not of a known agent over this record');
  }
  checkAge(ce_time, record.timestampMs);
  return { agent, value, tenant, idempotency_key: key.slice(separator + 1) };
}

/** The type that the headers state: its short name, or the long one that our own services use. */
export const statedType = (record: InRecord): string => {
  const type = header(record, 'ce_type');
  return statedEvent(type) ?? type;
};

function textOf(bytes: Buffer | string, what: string): string {
  try {
    return decodeUtf8(Buffer.from(bytes));
  } catch {
    throw new SubmissionError('malformed', `${what} is not UTF-8`);
  }
}

function header(record: InRecord, name: string): string {
  const value = textOf(record.headers[name] ?? '', `header ${name}`);
  if (value === '') throw new SubmissionError('missing_header', `header ${name} is missing`);
  return value;
}

// Against the log's own time, so that a record judged again gets the same answer.
function checkAge(ceTime: string, loggedAtMs: number): void {
  const statedMs = parseTime(ceTime);
  if (statedMs === null) throw new SubmissionError('stale', 'ce_time is not an RFC 3339 time');
  if (Math.abs(loggedAtMs - statedMs) > WINDOW_MS)
    throw new SubmissionError('stale', 'ce_time is more than 24 h from the log time');
}
