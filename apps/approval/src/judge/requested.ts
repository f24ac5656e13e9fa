import type { ActionState, RequestState } from '@countersign/approval';

/** One request of an action, and the action: an action may have an audit beside the request that binds it. */
export interface Requested extends Pick<ActionState, 'decided' | 'versions' | 'hold'> {
  readonly action: ActionState;
  readonly request: RequestState;
}

export const requestedOf = (action: ActionState, request: RequestState): Requested => {
  const { decided, versions, hold } = action;
  return { action, request, decided, versions, hold };
};

/** All requests of an action. */
export const requestsOf = (action: ActionState): Requested[] =>
  [action.request, action.audit].flatMap((request) => (request === null ? [] : [requestedOf(action, request)]));
