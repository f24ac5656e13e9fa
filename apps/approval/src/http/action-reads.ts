import { actionDocument, blinded, decidingDocument, proposalOf, statusOf } from '@countersign/approval';
import type { ActionState, Json } from '@countersign/approval';
import { actionId } from '@countersign/canonical';
import type { ActionProposed } from '@countersign/events';
import type { View } from '../judge/view.js';
import { pageOf } from './paging.js';

export interface ActionQuery {
  readonly tenant: string;
  readonly agent_id?: string | undefined;
  readonly run_id?: string | undefined;
  readonly idempotency_key?: string | undefined;
  readonly status?: string | undefined;
  /** `1` for people who are told nothing of votes under a blind review. */
  readonly blind?: '1' | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

interface Row {
  readonly order: readonly [number, string];
  readonly document: () => Json;
}

/** A page of documents, newest first. */
export function listActions(view: View, query: ActionQuery): { items: Json[]; next_cursor: string | null } {
  const decided = view.actions(
    query.tenant,
    (action) => fits(action.decided, statusOf(action), query) && hasKey(action, query),
  );
  const waiting = view
    .decidingOf(query.tenant)
    .filter((action) => fits(action, 'deciding', query) && keyFits(action, query));
  const rows: Row[] = [
    ...decided.map((action) => ({
      order: orderOf(action.decided),
      document: () => ({ ...documentOf(action, query), ...view.linksTo(action) }),
    })),
    ...waiting.map((action) => ({ order: orderOf(action), document: () => decidingDocument(action) })),
  ];
  const { items, next_cursor } = pageOf(rows, query);
  return { items: items.map(({ document }) => document()), next_cursor };
}

const documentOf = (action: ActionState, { blind }: ActionQuery): Json =>
  blind === undefined ? actionDocument(action) : blinded(action, actionDocument(action));

const orderOf = ({ submitted_at, action_id }: { submitted_at: number; action_id: string }) =>
  [-submitted_at, action_id] as const;

const fits = (action: { agent_id: string; run_id: string }, status: string, query: ActionQuery): boolean =>
  (query.agent_id === undefined || query.agent_id === action.agent_id) &&
  (query.run_id === undefined || query.run_id === action.run_id) &&
  (query.status === undefined || query.status === status);

const keyFits = ({ idempotency_key }: ActionProposed, query: ActionQuery): boolean =>
  query.idempotency_key === undefined || query.idempotency_key === idempotency_key;

/** The id follows from tenant, agent and key, so most actions need not be decoded to compare their key. */
function hasKey(action: ActionState, query: ActionQuery): boolean {
  const { tenant, agent_id, action_id } = action.decided;
  if (query.idempotency_key === undefined) return true;
  return actionId(tenant, agent_id, query.idempotency_key) === action_id || keyFits(proposalOf(action), query);
}
