import { eventId, toRecord, TOPICS } from '@countersign/events';
import type { DeadLettered, MacKeys } from '@countersign/events';
import type { InRecord, OutRecord } from '@countersign/kafka';

export interface Verdict {
  readonly reason: string;
  readonly detail: string;
}

// A letter is larger than its record; one that the broker refuses would stop the publisher for good.
const MAX_VALUE_BYTES = 900_000;

/** A record of the approval log that may not take effect, kept whole under an id that a repetition has as well. */
export function deadLetter(record: InRecord, { reason, detail }: Verdict, macKeys: MacKeys): OutRecord {
  const { topic, partition, offset, key, value, timestampMs } = record;
  const isCut = value !== null && value.length > MAX_VALUE_BYTES;
  const event: DeadLettered = {
    ...{ source_topic: topic, source_partition: partition, source_offset: offset, key },
    value: value?.subarray(0, MAX_VALUE_BYTES) ?? null,
    headers: Object.entries(record.headers).map(([name, content]) => ({ name, value: Buffer.from(content ?? '') })),
    ...{ step: 'approval/publish', reason, recorded_at: timestampMs },
    detail: isCut ? `${detail}; the first ${MAX_VALUE_BYTES} of ${value.length} bytes are kept` : detail,
  };
  return toRecord({
    ...{ topic: TOPICS.deadLetters, name: 'DeadLettered' as const, event, key: `${topic}|${partition}|${offset}` },
    ...{ id: eventId(topic, partition, offset), timeMs: timestampMs, service: 'approval' as const, macKeys },
  });
}
