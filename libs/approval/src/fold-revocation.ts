import type { RevocationRequested } from '@countersign/events';
import { isSame } from './custody-state.js';
import { about, actionOf, publish, refuse } from './facts.js';
import type { Answer, Refusal, Turn } from './facts.js';
import { publishRefusal } from './refused.js';
import { answer, once } from './remember.js';
import { glassBroken, personKey } from './state.js';
import type { ActionState, GrantState } from './state.js';

/** An admin, or one of those who approved, takes an unused grant back. */
export function foldRevocation(turn: Turn, asked: RevocationRequested): Answer {
  const action = actionOf(turn, asked);
  const grant = action?.grant ?? null;
  if (action === null || grant === null || action.decided.grant_id !== asked.grant_id) {
    return answer(turn, refuse('not_found'));
  }
  const key = `revoke|${personKey(asked.issuer, asked.subject)}|${asked.client_request_id}`;
  return once(turn, action, { key, body_hash: JSON.stringify(asked.reason) }, () => {
    const refusal = judge(action, grant, asked);
    const attempt = { attempt: 'revocation', subject: asked.subject, grant_id: asked.grant_id } as const;
    if (refusal !== null) return publishRefusal(turn, action, attempt, refusal);
    grant.status = 'revoked';
    const { grant_id, issuer, subject, reason } = asked;
    const how = { grant_id, issuer, reviewer_id: subject, reason, revoked_at: turn.now };
    publish(turn, 'GrantRevoked', action, () => about(action, how));
    return null;
  });
}

function judge(action: ActionState, grant: GrantState, asked: RevocationRequested): Refusal | null {
  if (!asked.roles.includes('admin') && !hasLetGo(action, asked)) return refuse('forbidden');
  if (grant.status === 'revoked') return refuse('revoked');
  if (grant.status === 'consumed') return refuse('already_consumed');
  return grant.status === 'lapsed' ? refuse('expired') : null;
}

/** Whoever broke the glass may think better of it. */
const hasLetGo = (action: ActionState, asked: RevocationRequested): boolean => {
  const glass = glassBroken(action);
  return hasApproved(action, asked) || (glass !== null && isSame(glass, asked));
};

const hasApproved = ({ request }: ActionState, { issuer, subject }: RevocationRequested): boolean =>
  request?.kind === 'approval' &&
  request.votes.some(
    (vote) => vote.counted && vote.vote !== 'deny' && vote.issuer === issuer && vote.subject === subject,
  );
