import type { PublicEvent } from '@countersign/approval';
import { eventId, recordKey, toRecord, topicOf } from '@countersign/events';
import type { EventMap, EventName, MacKeys } from '@countersign/events';
import type { InRecord, OutRecord } from '@countersign/kafka';

/** A public event as a record. Id, bytes and time follow from the record that caused it, so a repetition is equal. */
export function publicRecord({ name, event }: PublicEvent, cause: InRecord, n: number, macKeys: MacKeys): OutRecord {
  const { topic, partition, offset, timestampMs } = cause;
  const subject = 'action_id' in event ? event.action_id : event.freeze_id;
  return toRecord<EventName>({
    ...{ topic: topicOf(name), name, event: event as EventMap[EventName], key: recordKey(event.tenant, subject) },
    ...{ id: eventId(topic, partition, offset, name, n), timeMs: timestampMs, service: 'approval', macKeys },
    traceparent: cause.headers['traceparent']?.toString(),
  });
}
