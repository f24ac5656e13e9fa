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

/** Keeps a record that cannot be processed, whole. Its id repeats for the same record, so a second letter is the same one. */
export function deadLetter(record: PlacedRecord, cause: DeadLetterCause, macKeys: MacKeys): WireRecord {
  const { topic, partition, offset, timestampMs, key } = record;
  return toRecord({
    topic: TOPICS.deadLetters,
    name: 'DeadLettered',
    event: contentOf(record, cause),
    key: key?.toString('utf8') ?? `${topic}|${partition}|${offset}`,
    id: eventId(topic, partition, offset),
    timeMs: timestampMs,
    service: cause.service,
    macKeys,
  });
}

const contentOf = (record: PlacedRecord, { service, step, reason, detail }: DeadLetterCause): DeadLettered => ({
  source_topic: record.topic,
  source_partition: record.partition,
  source_offset: record.offset,
  key: record.key,
  value: record.value,
  headers: Object.entries(record.headers).map(([name, value]) => ({ name, value: Buffer.from(value ?? '') })),
  step: `${service}/${step}`,
  reason,
  detail,
  recorded_at: record.timestampMs,
});
