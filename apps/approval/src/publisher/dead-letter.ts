import { eventId, toRecord, TOPICS } from '@countersign/events';
import type { DeadLettered, MacKeys } from '@countersign/events';
import type { InRecord, OutRecord } from '@countersign/kafka';

export interface Verdict {
  readonly reason: string;
  readonly detail: string;
}

/** A record of the approval log that may not take effect, kept whole under an id that a repetition has as well. */
export function deadLetter(record: InRecord, { reason, detail }: Verdict, macKeys: MacKeys): OutRecord {
  const { topic, partition, offset, key, value, timestampMs } = record;
  const event: DeadLettered = {
    ...{ source_topic: topic, source_partition: partition, source_offset: offset, key, value },
    headers: Object.entries(record.headers).map(([name, content]) => ({ name, value: Buffer.from(content ?? '') })),
    ...{ step: 'approval/publish', reason, detail, recorded_at: timestampMs },
  };
  return toRecord({
    ...{ topic: TOPICS.deadLetters, name: 'DeadLettered' as const, event, key: `${topic}|${partition}|${offset}` },
    ...{ id: eventId(topic, partition, offset), timeMs: timestampMs, service: 'approval' as const, macKeys },
  });
}
