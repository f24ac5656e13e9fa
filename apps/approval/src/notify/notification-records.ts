import { eventId, recordKey, toRecord, TOPICS } from '@countersign/events';
import type { MacKeys, WireRecord } from '@countersign/events';
import type { DeliveryEvent } from '@countersign/notify';

/** A fact about notifications as a record of their topic. Its id follows from what it says. */
export function notificationRecord({ name, event }: DeliveryEvent, macKeys: MacKeys): WireRecord {
  const { tenant, endpoint_id } = event;
  const [id, timeMs] = marksOf({ name, event } as DeliveryEvent);
  return toRecord({
    ...{ topic: TOPICS.notifications, name, event, key: recordKey(tenant, endpoint_id) },
    ...{ id: eventId(name, tenant, endpoint_id, id), timeMs, service: 'approval', macKeys },
  });
}

function marksOf({ name, event }: DeliveryEvent): [id: string, timeMs: number] {
  if (name === 'NotificationQueued') return [event.delivery_id, event.queued_at];
  if (name === 'DeliveryAttempted') return [`${event.delivery_id}|${event.attempt}`, event.attempted_at];
  return [String(event.changed_at), event.changed_at];
}
