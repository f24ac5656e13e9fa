import { unlink } from './links.js';
import type { ActionState, PartitionState, RequestState } from './state.js';

/** What a step may change of a request; gates, facts of custody and attachments are replaced, never changed. */
function copyRequest(request: RequestState | null): RequestState | null {
  if (request === null) return null;
  return {
    ...request,
    votes: request.votes.map((vote) => ({ ...vote })),
    custody: request.custody && [...request.custody],
    recused: request.recused && [...request.recused],
    shown: request.shown && new Map(request.shown),
    rows: request.rows && new Map(request.rows),
    refusals: request.refusals && new Map(request.refusals),
  };
}

const copy = <T extends object>(value: T | null): T | null => (value === null ? null : { ...value });

/**
 * Keeps what one action is before a step. The function that it returns puts that back after a throw half-way, so that the
 * step has changed nothing: a bug of ours then costs one refusal, and the same one on every instance. Clocks that the step
 * has set are left in the heap, where a clock counts only while its action agrees; so is whose turn it is by rotation.
 */
export function undoFor(state: PartitionState, action: ActionState | null): () => void {
  if (action === null) return () => undefined;
  const { request, audit, hold, grant, resolution, outcome } = action;
  const versions = [...action.versions];
  const before = {
    ...{ request: copyRequest(request), audit: copyRequest(audit), hold: copy(hold), grant: copy(grant) },
    ...{ resolution, outcome },
  };
  const restoreIndexes = indexesOf(state, action);
  return () => {
    Object.assign(action, before);
    action.versions.splice(0, Infinity, ...versions);
    restoreIndexes();
  };
}

/** Where the action stands by its ids, which its decision names. */
function indexesOf({ pending, requests, grants }: PartitionState, action: ActionState): () => void {
  const { request_id, audit_request_id, grant_id } = action.decided;
  const places = [pending, requests, grants].flatMap((index) =>
    [request_id, audit_request_id, grant_id].flatMap((id) =>
      id === null ? [] : [{ index, id, found: index.get(id) }],
    ),
  );
  return () => {
    for (const { index, id, found } of places)
      if (found === undefined) index.delete(id);
      else index.set(id, found);
  };
}

/** Takes an action back that could not be opened. */
export function forgetOpened(state: PartitionState, action: ActionState): void {
  const { actions, pending, requests, grants } = state;
  const { action_id, request_id, audit_request_id, grant_id } = action.decided;
  actions.delete(action_id);
  unlink(state, action);
  for (const index of [pending, requests, grants])
    for (const id of [request_id, audit_request_id, grant_id]) if (id !== null) index.delete(id);
  Object.assign(action, { request: null, audit: null, hold: null, grant: null });
}
