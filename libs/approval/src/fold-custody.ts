import type { CustodyRequested } from '@countersign/events';
import { issuerOf, SERVICE, takeCustody } from './custody.js';
import { isLeftInPool, isSame } from './custody-state.js';
import { barred, ineligible } from './eligibility.js';
import { actionOf, refuse, requestOf } from './facts.js';
import type { Answer, Refusal, Turn } from './facts.js';
import { publishRefusal } from './refused.js';
import type { Attempt } from './refused.js';
import { answer, once } from './remember.js';
import { personKey } from './state.js';
import type { ActionState, RequestState } from './state.js';
import { hasVoted } from './voted.js';

/** Calls by people that a request takes, so that nobody can fill the memory of every instance. */
export const MAX_CUSTODY = 200;

/** A person claims, gives back, hands on, escalates or comments on a pending request, or steps aside. */
export function foldCustody(turn: Turn, asked: CustodyRequested): Answer {
  const action = actionOf(turn, asked);
  const request = action === null ? null : requestOf(action, asked.request_id);
  if (action === null || request === null || asked.verb === 'unknown') return answer(turn, refuse('not_found'));
  const { verb, subject, request_id } = asked;
  const key = `custody|${verb}|${personKey(asked.issuer, subject)}|${asked.client_request_id}`;
  return once(turn, action, { key, body_hash: asked.body_hash }, () => {
    const refusal = judge(action, request, asked);
    const attempt: Attempt['attempt'] = verb === 'release' ? 'release_claim' : verb;
    if (refusal !== null) return publishRefusal(turn, action, { attempt, subject, request_id }, refusal);
    takeCustody(turn, action, request, asked);
    return null;
  });
}

function judge(action: ActionState, request: RequestState, asked: CustodyRequested): Refusal | null {
  if (request.status !== 'pending') return refuse('already_terminal');
  if (needsReason(asked) && (asked.reason ?? '').trim() === '') return refuse('reason_required');
  const refusal = JUDGES[asked.verb](action, request, asked);
  if (refusal !== null || !isCounted(asked) || (request.custody?.length ?? 0) < MAX_CUSTODY) return refusal;
  return refuse('custody_full');
}

const needsReason = ({ verb }: CustodyRequested): boolean =>
  verb === 'recuse' || verb === 'escalate' || verb === 'assign' || verb === 'reassign';

/** Stepping aside and asking for help are possible once each: they need no limit, and always work. */
const isCounted = ({ verb }: CustodyRequested): boolean => verb !== 'recuse' && verb !== 'escalate';

type Judge = (action: ActionState, request: RequestState, asked: CustodyRequested) => Refusal | null;

const JUDGES: Readonly<Record<CustodyRequested['verb'], Judge>> = {
  claim: (action, request, asked) => mayAct(action, request, asked) ?? judgeClaim(request, asked),
  release: (_, { claimed_by }, asked) => (isSame(claimed_by, asked) ? null : refuse('not_claimed')),
  assign: (action, request, asked) =>
    isService(asked) ? (judgeAssign(request) ?? judgeReceiver(action, request, asked)) : refuse('forbidden'),
  reassign: (action, request, asked) =>
    mayHandOn(request, asked) ? judgeReceiver(action, request, asked) : refuse('forbidden'),
  recuse: (action, request, asked) => mayAct(action, request, asked),
  escalate: (action, request, asked) => judgeEligible(action, request, asked) ?? judgeEscalation(request),
  comment: (_, __, { text }) => ((text ?? '').trim() === '' ? refuse('reason_required') : null),
  unknown: () => refuse('not_found'),
};

const isService = ({ issuer }: CustodyRequested): boolean => issuer === SERVICE;

/** By whom it is assigned to, or an admin; the service when somebody cannot keep what was assigned. */
const mayHandOn = ({ assignee }: RequestState, asked: CustodyRequested): boolean =>
  isService(asked) ? assignee !== null : isSame(assignee, asked) || asked.roles.includes('admin');

/** Who is assigned may act on the request also where a gate has become stricter since. */
function judgeEligible(action: ActionState, request: RequestState, asked: CustodyRequested): Refusal | null {
  const rule = ineligible(action, request, asked);
  return rule === null || (rule === 'role' && isSame(request.assignee, asked)) ? null : refuse('not_eligible', rule);
}

/** An eligible person who has not voted yet: there is nothing more to claim or to step aside from after the vote. */
const mayAct: Judge = (action, request, asked) =>
  judgeEligible(action, request, asked) ?? (hasVoted(action, request, asked) ? refuse('already_voted') : null);

const judgeClaim = ({ claimed_by }: RequestState, asked: CustodyRequested): Refusal | null =>
  claimed_by === null || isSame(claimed_by, asked) ? null : refuse('already_claimed');

/** Where the gate names nobody, nobody would come: the person hears of it instead of waiting. */
function judgeEscalation({ escalated_at, gate }: RequestState): Refusal | null {
  if (escalated_at !== null) return refuse('already_escalated');
  return gate.escalate_roles.length === 0 ? refuse('no_escalation') : null;
}

const judgeAssign = ({ assignee }: RequestState): Refusal | null =>
  assignee === null ? null : refuse('already_assigned');

/** Says once that nobody can be assigned. */
const judgePool = (request: RequestState): Refusal | null =>
  request.assignee === null && isLeftInPool(request) ? refuse('already_assigned') : null;

function judgeReceiver(action: ActionState, request: RequestState, asked: CustodyRequested): Refusal | null {
  if (asked.to_subject === null) return isService(asked) ? judgePool(request) : refuse('not_eligible', 'role');
  const person = { issuer: issuerOf(asked), subject: asked.to_subject };
  const rule = barred(action, request, { ...person, roles: asked.to_roles });
  if (rule !== null) return refuse('not_eligible', rule);
  if (isSame(request.assignee, person)) return refuse('already_assigned');
  return hasVoted(action, request, person) ? refuse('already_voted') : null;
}
