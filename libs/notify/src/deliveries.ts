import { recordKey } from '@countersign/events';
import type { DeliveryAttempted, EndpointStateChanged, EventMap, NotificationQueued } from '@countersign/events';
import type { ErrorClass } from './attempt.js';

export type DeliveryEvent = {
  [N in 'NotificationQueued' | 'DeliveryAttempted' | 'EndpointStateChanged']: {
    readonly name: N;
    readonly event: EventMap[N];
  };
}['NotificationQueued' | 'DeliveryAttempted' | 'EndpointStateChanged'];

/** A message on its way to one endpoint. Times are UTC epoch milliseconds. */
export interface Delivery extends NotificationQueued {
  /** Of the topic: whoever owns it delivers. */
  readonly partition: number;
  status: 'pending' | 'delivered' | 'failed';
  attempts: number;
  /** null once it is delivered or given up. */
  next_attempt_at: number | null;
  last: { readonly at: number; readonly status: number | null; readonly error_class: ErrorClass | null } | null;
}

export interface EndpointState {
  readonly pending: Map<string, Delivery>;
  /** Why nothing is sent to it now; null when it is on. */
  off: { readonly reason: string; readonly since: number; readonly partition: number } | null;
  /** When a message last got through; 0 when none has. */
  delivered_at: number;
}

/** Finished deliveries are shown this long, milliseconds; the topic keeps all for 30 days. */
const SHOWN_MS = 7 * 86_400_000;
const KEPT_MS = 30 * 86_400_000;
const SWEEP_EVERY_MS = 60_000;

/** What is on its way to whom, folded from the topic `notifications`; every instance holds the same. */
export class Deliveries {
  readonly all = new Map<string, Delivery>();
  readonly endpoints = new Map<string, EndpointState>();
  private sweptAtMs = 0;

  apply(told: DeliveryEvent, partition: number, timestampMs: number): void {
    if (told.name === 'NotificationQueued') this.queued(told.event, partition);
    else if (told.name === 'DeliveryAttempted') this.attempted(told.event);
    else this.switched(told.event, partition);
    if (timestampMs > this.sweptAtMs + SWEEP_EVERY_MS) this.sweep(timestampMs);
  }

  endpoint(key: string): EndpointState {
    let state = this.endpoints.get(key);
    if (state === undefined) this.endpoints.set(key, (state = { pending: new Map(), off: null, delivered_at: 0 }));
    return state;
  }

  private queued(event: NotificationQueued, partition: number): void {
    if (this.all.has(event.delivery_id)) return;
    const next_attempt_at = event.queued_at;
    const delivery: Delivery = { ...event, partition, status: 'pending', attempts: 0, next_attempt_at, last: null };
    this.all.set(event.delivery_id, delivery);
    this.endpoint(recordKey(event.tenant, event.endpoint_id)).pending.set(event.delivery_id, delivery);
  }

  /** Two instances may try the same for a moment: the first record of an attempt counts, and a success always. */
  private attempted({ delivery_id, attempt, outcome, status, ...event }: DeliveryAttempted): void {
    const delivery = this.all.get(delivery_id);
    if (delivery === undefined || delivery.status === 'delivered') return;
    const isDelivered = outcome === 'delivered';
    if (!isDelivered && attempt <= delivery.attempts) return;
    const endpoint = this.endpoint(recordKey(event.tenant, event.endpoint_id));
    delivery.attempts = Math.max(attempt, delivery.attempts);
    delivery.last = { at: event.attempted_at, status, error_class: event.error_class as ErrorClass | null };
    delivery.next_attempt_at = event.next_attempt_at;
    if (isDelivered) endpoint.delivered_at = Math.max(endpoint.delivered_at, event.attempted_at);
    if (outcome === 'retrying') return;
    delivery.status = isDelivered ? 'delivered' : 'failed';
    endpoint.pending.delete(delivery_id);
  }

  private switched(
    { tenant, endpoint_id, enabled, reason, changed_at }: EndpointStateChanged,
    partition: number,
  ): void {
    this.endpoint(recordKey(tenant, endpoint_id)).off = enabled ? null : { reason, since: changed_at, partition };
  }

  private sweep(nowMs: number): void {
    this.sweptAtMs = nowMs;
    for (const [id, { status, queued_at, tenant, endpoint_id }] of this.all) {
      if (nowMs - queued_at < (status === 'pending' ? KEPT_MS : SHOWN_MS)) continue;
      this.all.delete(id);
      this.endpoint(recordKey(tenant, endpoint_id)).pending.delete(id);
    }
  }
}
