import { decode, isEvent } from '@countersign/events';
import type { ActionProposed } from '@countersign/events';
import type { ActionState } from './state.js';

/**
 * The proposal, decoded from the bytes that the decision carries. Kept encoded in the state: few are ever read.
 * @throws Error when the bytes are no proposal; policy signs what it decided, so this is a fault of ours
 */
export function proposalOf({ decided }: Pick<ActionState, 'decided'>): ActionProposed {
  const found = decode(decided.action);
  if (!isEvent(found, 'ActionProposed'))
    throw new Error(`${decided.action_id} carries ${found.name}, not its proposal`);
  return found.event;
}
