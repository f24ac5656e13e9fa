import type { ActionState, PartitionState, PausableClock } from './state.js';

/** True when a kill switch holds this action. */
export function isFrozen(state: PartitionState, { decided }: ActionState): boolean {
  for (const freeze of state.freezes.values()) {
    if (freeze.tenant !== decided.tenant) continue;
    if (freeze.agent_id !== null && freeze.agent_id !== decided.agent_id) continue;
    if (freeze.action_type !== null && freeze.action_type !== decided.action_type) continue;
    return true;
  }
  return false;
}

export type Ending = 'expire' | 'expire_audit' | 'lapse';

/** The clocks of this action that have not run out: of its pending requests, of its issued grant. */
export function openClocks({ request, audit, grant }: ActionState): readonly (readonly [Ending, PausableClock])[] {
  const waiting = request?.status === 'pending' ? [['expire', request] as const] : [];
  const usable = grant?.status === 'issued' ? [['lapse', grant] as const] : [];
  const sampled = audit?.status === 'pending' ? [['expire_audit', audit] as const] : [];
  return [...waiting, ...sampled, ...usable];
}
