import { CountersignError, parseTime } from '@countersign/canonical';
import { TOO_OLD_MS, TOPICS } from '@countersign/events';
import type { DeadLettered } from '@countersign/events';
import type { OutRecord } from '@countersign/kafka';

/** A dead letter as the database holds it. */
export interface LetterRow {
  readonly event_id: string;
  /** Empty where the record's key names none. */
  readonly tenant: string;
  readonly time: string;
  readonly recorded_at: string;
  /** JSON text of DeadLettered, bytes as base64. */
  readonly payload: string;
}

type Letter = Omit<DeadLettered, 'key' | 'value' | 'headers'> & {
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
};

/** Topics whose readers refuse what was written a day before it was appended. */
const PROMPT: readonly string[] = [
  TOPICS.submissions,
  TOPICS.actions,
  TOPICS.approvalLog,
  TOPICS.labels,
  TOPICS.notifications,
];

const bytes = (text: string): Buffer => Buffer.from(text, 'base64');

/** The record of a letter and where it was. @throws CountersignError `invalid_request` where it cannot be sent again */
export function recordOf({ payload }: LetterRow, nowMs: number) {
  const letter = JSON.parse(payload) as Letter;
  const { source_topic, source_partition, source_offset, key } = letter;
  const headers = Object.fromEntries(letter.headers.map(({ name, value }) => [name, bytes(value)]));
  const value = valueOf(letter);
  if (PROMPT.includes(source_topic)) checkAge(headers['ce_time']?.toString() ?? '', nowMs);
  const record: OutRecord = {
    ...{ topic: source_topic, partition: source_partition, key: key === null ? null : bytes(key), value, headers },
  };
  return { record, place: { source_topic, source_partition, source_offset } };
}

function valueOf({ is_cut, reason, value, detail }: Letter): Buffer {
  if (is_cut)
    throw refused('is_cut', `the letter does not hold the whole record (${detail}); have it sent by its writer`);
  if (reason === 'unreadable_batch')
    throw refused(reason, 'the letter holds a whole batch that cannot be read; have its writer send the records again');
  if (value === null) throw refused('null_value', 'the record has no value, so that nobody could take it');
  return bytes(value);
}

function checkAge(ceTime: string, nowMs: number): void {
  const writtenMs = parseTime(ceTime);
  if (writtenMs !== null && Math.abs(nowMs - writtenMs) <= TOO_OLD_MS) return;
  const detail = `the signature is too old to be taken again: it holds for 24 h from ce_time, which is ${ceTime || 'missing'}`;
  throw refused('too_old', `${detail}; have its writer sign the record anew`);
}

const refused = (reason: string, detail: string): CountersignError =>
  new CountersignError('invalid_request', detail, { reason });
