import type { DeadLettered } from './generated/types.js';
import type { MacKeys, ServiceName } from './mac.js';
import { eventId, toRecord } from './record.js';
import type { ReadRecord, WireRecord } from './record.js';
import { TOPICS } from './topics.js';

/** A record with its place in Kafka. */
export interface PlacedRecord extends ReadRecord {
  readonly partition: number;
  readonly offset: number;
  /** LogAppendTime, UTC epoch milliseconds. */
  readonly timestampMs: number;
}

/** Who gives up on a record, and why. */
export interface DeadLetterCause {
  readonly service: ServiceName;
  /** Step within the service, e.g. `decode`. */
  readonly step: string;
  /** Stable code, e.g. `unknown_schema`. */
  readonly reason: string;
  /** What was wrong, without payload. */
  readonly detail: string;
}

// A letter is larger than its record; one that the broker refuses would stop its sender for good.
const MAX_VALUE_BYTES = 900_000;
const MAX_KEY_BYTES = 1_024;

/** Keeps a record that cannot be processed, whole up to 900 kB. Its id repeats for the same record, so a second letter is the same one. */
export function deadLetter(record: PlacedRecord, cause: DeadLetterCause, macKeys: MacKeys): WireRecord {
  const { topic, partition, offset, timestampMs, key } = record;
  return toRecord({
    topic: TOPICS.deadLetters,
    name: 'DeadLettered',
    event: contentOf(record, cause),
    key: key !== null && key.length <= MAX_KEY_BYTES ? key.toString('utf8') : `${topic}|${partition}|${offset}`,
    id: eventId(topic, partition, offset),
    timeMs: timestampMs,
    service: cause.service,
    macKeys,
  });
}

function contentOf(record: PlacedRecord, { service, step, reason, detail }: DeadLetterCause): DeadLettered {
  const { topic, partition, offset, key, value, headers, timestampMs } = record;
  const isCut = value !== null && value.length > MAX_VALUE_BYTES;
  return {
    ...{ source_topic: topic, source_partition: partition, source_offset: offset, key },
    value: value?.subarray(0, MAX_VALUE_BYTES) ?? null,
    headers: Object.entries(headers).map(([name, content]) => ({ name, value: Buffer.from(content ?? '') })),
    ...{ step: `${service}/${step}`, reason, recorded_at: timestampMs },
    detail: isCut ? `${detail}; the first ${MAX_VALUE_BYTES} of ${value.length} bytes are kept` : detail,
  };
}
