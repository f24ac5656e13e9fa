import { eventId, toRecord, TOPICS } from '@countersign/events';
import type { DeadLettered, MacKeys } from '@countersign/events';
import type { Appender, DeadLetter, InRecord } from '@countersign/kafka';

/** Keeps a record of `actions` that is no proposal, whole, under an id that a second letter about it repeats. */
export const deadLetters =
  (appender: Pick<Appender, 'append'>, macKeys: MacKeys): DeadLetter =>
  async (record, reason, detail) => {
    const { topic, partition, offset, timestampMs } = record;
    const place = `${topic}|${partition}|${offset}`;
    const letter = toRecord({
      ...{ topic: TOPICS.deadLetters, name: 'DeadLettered' as const, event: letterOf(record, reason, detail) },
      ...{ key: record.key?.toString('utf8') ?? place, id: eventId(topic, partition, offset), timeMs: timestampMs },
      ...{ service: 'policy' as const, macKeys },
    });
    await appender.append([letter]);
  };

function letterOf(record: InRecord, reason: string, detail: string): DeadLettered {
  const { topic, partition, offset, key, value, timestampMs } = record;
  const headers = Object.entries(record.headers).map(([name, content]) => ({
    name,
    value: Buffer.from(content ?? ''),
  }));
  const source = { source_topic: topic, source_partition: partition, source_offset: offset };
  return { ...source, key, value, headers, step: 'policy/decode', reason, detail, recorded_at: timestampMs };
}
