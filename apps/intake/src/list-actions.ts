import { actionId } from '@countersign/canonical';
import type { ActionDocument } from './action-document.js';
import type { ApprovalClient, Scope } from './approval-client.js';
import type { Proposals } from './proposals.js';
import type { ListQuery } from './queries.js';

export interface Sources {
  readonly proposals: Proposals;
  readonly approval: ApprovalClient;
}

/** A page of documents, newest first as approval orders them. An agent's key names one action, which needs no search. */
export async function listActions(query: ListQuery, scope: Scope, { proposals, approval }: Sources): Promise<unknown> {
  if (scope.agent_id !== null && query.idempotency_key !== undefined) {
    const action_id = actionId(scope.tenant, scope.agent_id, query.idempotency_key);
    const found = await proposals.read({ action_id, scope, waitMs: 0, until: 'decision', token: true });
    return { items: found && fits(found, query) ? [found] : [], next_cursor: null };
  }
  const { limit, ...filters } = { ...query, agent_id: scope.agent_id ?? query.agent_id };
  const given = Object.entries(filters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const blind = scope.blind ? [['blind', '1'] as [string, string]] : [];
  return approval.list(new URLSearchParams([['tenant', scope.tenant], ['limit', String(limit)], ...blind, ...given]));
}

const fits = (document: ActionDocument, { run_id, status }: ListQuery): boolean =>
  (run_id === undefined || document['run_id'] === run_id) && (status === undefined || document.status === status);
