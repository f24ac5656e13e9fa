import { randomUUID } from 'node:crypto';
import { CountersignError } from '@countersign/canonical';
import type { Caller } from '@countersign/service';
import { notFound } from './queries.js';
import type { Sources } from './list-actions.js';

const DECISION_WAIT_MS = 5_000;

export interface Cancellation {
  readonly action_id: string;
  readonly agent: Caller;
  readonly reason: string | null;
  /** The caller's key: a retry with it is answered alike. */
  readonly key: string | undefined;
}

/**
 * Cancels an agent's own action. One that is being decided is waited for: only a decided action can be cancelled.
 * @returns the document after it
 * @throws CountersignError `not_found`, `already_terminal`, or `overloaded` while there is no decision
 */
export async function cancelAction(
  { action_id, agent, reason, key }: Cancellation,
  { proposals, approval }: Sources,
): Promise<unknown> {
  const scope = { tenant: agent.tenant, agent_id: agent.id };
  const found = await proposals.read({ action_id, scope, waitMs: DECISION_WAIT_MS, until: 'decision', token: false });
  if (!found) throw notFound();
  if (found.status === 'deciding') {
    throw new CountersignError('overloaded', 'the action is not decided yet; cancel it again later', {
      retry_after: 2,
    });
  }
  return approval.cancel(action_id, { ...scope, client_request_id: key ?? randomUUID(), reason });
}
