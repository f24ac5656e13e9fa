import { canonicalBytes, checkKept, digestOf, LIMITS } from '@countersign/canonical';
import { eventId } from '@countersign/events';
import type { JsonValue } from '@countersign/canonical';
import type { Caller } from '@countersign/service';
import type { OutcomeBody } from './action-body.js';
import { occurredAt } from './stated-times.js';

export interface OutcomeSource {
  readonly tenant: string;
  /** The agent that proposed, or the executor that redeemed. */
  readonly reporter: Pick<Caller, 'kind' | 'id'>;
  readonly action_id: string;
  /** The caller's key of this report; a repeated one counts once. */
  readonly key: string;
  /** RFC 3339 time of the proposal, as its document has it. */
  readonly submitted_at: unknown;
  /** When the report came in, UTC epoch milliseconds. */
  readonly nowMs: number;
}

/**
 * An outcome as approval files it. `occurred_at` is UTC epoch milliseconds or null.
 * @throws CountersignError `invalid_action` for an `occurred_at` that cannot be, `too_large`
 */
export function outcomeRequest(body: OutcomeBody, source: OutcomeSource): Readonly<Record<string, unknown>> {
  const { tenant, reporter, action_id, key, submitted_at, nowMs } = source;
  const { status, result = null, post_checks = null } = body;
  checkKept({
    '/result': canonicalBytes(result, LIMITS.kept),
    '/post_checks': canonicalBytes(post_checks as JsonValue, LIMITS.kept),
  });
  const occurred_at = occurredAt(body.occurred_at, submitted_at, nowMs);
  return {
    tenant,
    reported_by: reporter.id,
    by_executor: reporter.kind === 'executor',
    client_request_id: eventId('outcome', tenant, reporter.kind, reporter.id, action_id, key),
    body_hash: digestOf({ status, result, post_checks, occurred_at }),
    ...{ status, result, post_checks, occurred_at },
  };
}
