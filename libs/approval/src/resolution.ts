import type { JsonValue } from '@countersign/canonical';
import type { ActionState, Resolution } from './state.js';

interface Wording {
  readonly reason_code: string;
  readonly message: string;
  readonly retry: 'never' | 'new_proposal';
}

const PROPOSE_AGAIN = 'Propose it again with a new key and `supersedes`, if it is still wanted.';

/** How the action ended and whether proposing it again makes sense; null while it waits. */
export function resolutionDocument(action: ActionState): JsonValue {
  const { resolution } = action;
  if (resolution === null) return null;
  const { status, resolved_by, resolved_at } = resolution;
  return { status, resolved_by, ...wording(action, resolution), resolved_at: new Date(resolved_at).toISOString() };
}

function wording(action: ActionState, resolution: Resolution): Wording {
  switch (resolution.status) {
    case 'approved':
      return approved(action, resolution);
    case 'denied':
      return denied(action, resolution);
    case 'expired':
      return { reason_code: 'expired', message: `Nobody decided in time. ${PROPOSE_AGAIN}`, retry: 'new_proposal' };
    case 'cancelled':
      return { reason_code: 'cancelled', message: `Taken back by its agent. ${PROPOSE_AGAIN}`, retry: 'new_proposal' };
  }
}

function approved({ grant, hold, versions }: ActionState, { resolved_by }: Resolution): Wording {
  if (hold?.status === 'recalled')
    return { reason_code: 'recalled', message: 'Taken back from the release queue.', retry: 'never' };
  if (hold?.status === 'held')
    return { reason_code: 'held', message: 'Approved; its grant is issued on release.', retry: 'never' };
  if (grant?.status === 'lapsed') {
    return {
      reason_code: 'grant_lapsed',
      message: `The grant was not used in time. ${PROPOSE_AGAIN}`,
      retry: 'new_proposal',
    };
  }
  if (grant?.status === 'revoked') {
    return { reason_code: 'grant_revoked', message: 'The grant was taken back.', retry: 'never' };
  }
  if (resolved_by === 'admin')
    return { reason_code: 'break_glass', message: 'Let go in an emergency, without its quorum.', retry: 'never' };
  if (resolved_by === 'policy')
    return { reason_code: 'allowed_by_policy', message: 'Allowed by policy.', retry: 'never' };
  return versions.length === 0
    ? { reason_code: 'approved_by_people', message: 'Approved.', retry: 'never' }
    : {
        reason_code: 'approved_with_changes',
        message: 'Approved with other parameters; see `effective`.',
        retry: 'never',
      };
}

const NO_DIFF: Wording = {
  reason_code: 'diff_required',
  message: `Policy decides on the diff of this action, and it has none. ${PROPOSE_AGAIN}`,
  retry: 'new_proposal',
};

function denied({ decided }: ActionState, { resolved_by, by }: Resolution): Wording {
  if (resolved_by === 'policy' && decided.rule === 'diff_required') return NO_DIFF;
  return resolved_by === 'policy'
    ? { reason_code: 'denied_by_policy', message: 'Denied by policy; see `decision`.', retry: 'never' }
    : { reason_code: 'denied_by_people', message: by?.reason ?? 'Denied.', retry: 'never' };
}
