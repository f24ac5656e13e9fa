import { digestOf } from '@countersign/canonical';
import { eventId } from '@countersign/events';
import type { OutcomeBody } from './action-body.js';

export interface OutcomeSource {
  readonly tenant: string;
  readonly agent_id: string;
  readonly action_id: string;
  /** The caller's key of this report; a repeated one counts once. */
  readonly key: string;
}

/** An outcome as approval files it. `occurred_at` is UTC epoch milliseconds or null. */
export function outcomeRequest(body: OutcomeBody, source: OutcomeSource): Readonly<Record<string, unknown>> {
  const { tenant, agent_id, action_id, key } = source;
  const { status, result = null, post_checks = null } = body;
  const occurred_at = body.occurred_at ? Date.parse(body.occurred_at) : null;
  return {
    tenant,
    reported_by: agent_id,
    client_request_id: eventId('outcome', tenant, agent_id, action_id, key),
    body_hash: digestOf({ status, result, post_checks, occurred_at }),
    ...{ status, result, post_checks, occurred_at },
  };
}
