import { eventId, toRecord, TOPICS } from '@countersign/events';
import type { DeadLettered, EventError, MacKeys, WireRecord } from '@countersign/events';
import type { InRecord } from '@countersign/kafka';

/** Topics whose unreadable records are telemetry's to report; the other ones have another owner, and a dead letter never has one. */
const OWNED: readonly string[] = [TOPICS.decisions, TOPICS.approvals, TOPICS.outcomes, TOPICS.labels, TOPICS.policies];

export const isOwned = (topic: string): boolean => OWNED.includes(topic);

/** A record that is no event, kept whole. Its id repeats for the same record, so that a second letter is the same one. */
export function letterFor(record: InRecord, { reason, message }: EventError, macKeys: MacKeys): WireRecord {
  const { topic, partition, offset, timestampMs, key } = record;
  const place = `${topic}|${partition}|${offset}`;
  return toRecord({
    topic: TOPICS.deadLetters,
    name: 'DeadLettered',
    event: contentOf(record, reason, message),
    key: key?.toString('utf8') ?? place,
    id: eventId(topic, partition, offset),
    timeMs: timestampMs,
    service: 'telemetry',
    macKeys,
  });
}

const contentOf = (record: InRecord, reason: string, detail: string): DeadLettered => ({
  source_topic: record.topic,
  source_partition: record.partition,
  source_offset: record.offset,
  key: record.key,
  value: record.value,
  headers: Object.entries(record.headers).map(([name, value]) => ({ name, value: Buffer.from(value ?? '') })),
  step: 'telemetry/decode',
  reason,
  detail,
  recorded_at: record.timestampMs,
});
