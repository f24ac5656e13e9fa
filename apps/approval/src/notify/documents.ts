import { recordKey } from '@countersign/events';
import type { Deliveries, Delivery, Endpoint } from '@countersign/notify';

const instant = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/** A callback has no filters. */
function filtersOf(endpoint: Endpoint) {
  if (endpoint.kind === 'callback') return {};
  const { events, action_types, gates, environments, people } = endpoint;
  return { events, action_types, gates, environments, people };
}

/** An endpoint without its secrets. The path of an address may be one too: only its host is shown. */
export function endpointDocument(endpoint: Endpoint, deliveries: Deliveries) {
  const { tenant, endpoint_id, kind } = endpoint;
  const state = deliveries.endpoint(recordKey(tenant, endpoint_id));
  const to = endpoint.kind === 'email' ? endpoint.to : new URL(endpoint.url).host;
  const status = endpoint.disabled === true ? 'disabled' : state.off === null ? 'enabled' : 'off';
  return {
    ...{ endpoint_id, kind, to, status, off_reason: state.off?.reason ?? null },
    off_since: instant(state.off?.since ?? null),
    filters: filtersOf(endpoint),
    pending: state.pending.size,
    last_delivered_at: state.delivered_at === 0 ? null : instant(state.delivered_at),
  };
}

export function deliveryDocument(delivery: Delivery) {
  const { delivery_id, endpoint_id, message_id, message_type, action_id, request_id, run_id } = delivery;
  const { status, attempts, replay_of, last } = delivery;
  return {
    ...{
      delivery_id,
      endpoint_id,
      message_id,
      message_type,
      action_id,
      request_id,
      run_id,
      status,
      attempts,
      replay_of,
    },
    queued_at: instant(delivery.queued_at),
    next_attempt_at: instant(delivery.next_attempt_at),
    last_attempt_at: instant(last?.at ?? null),
    last_status: last?.status ?? null,
    last_error: last?.error_class ?? null,
  };
}
