import type { EventMap } from '@countersign/events';
import { proposalOf } from '../../src/index.js';
import type { LogRecord } from '../../src/index.js';
import { HOUR } from '../records.js';
import { attach } from './evidence.js';
import { isSame } from './gates.js';
import { cancel, decide } from './open.js';
import { approvers, bar, hasVoted, isTooLate, leave, refuseVote, takeVote } from './people.js';
import { passTime } from './time.js';
import type { Action, Answer, Ask, World } from './world.js';
import { isFrozen, letGo, no, OK, say } from './world.js';

/** What the model says of one record. */
export interface Step extends Answer {
  /** False for a decision that may not take effect any more. */
  readonly taken: boolean;
  readonly repeated: boolean;
}

/** Lets the time of the record come and does what it asks for, or says why not. */
export function step(world: World, record: LogRecord): Step {
  world.said = [];
  passTime(world, record.timestampMs);
  if (record.name === 'ActionDecided') return { ...OK, taken: decide(world, record.event), repeated: false };
  if (record.name === 'Ticked') return { ...OK, taken: true, repeated: false };
  if (record.name === 'FreezeRequested') return { ...freeze(world, record.event), taken: true, repeated: false };
  const action = world.actions.get(record.event.action_id);
  if (action === undefined || action.decided.tenant !== record.event.tenant)
    return {
      ...no(record.name === 'RedemptionRequested' ? 'unknown_grant' : 'not_found'),
      taken: true,
      repeated: false,
    };
  return { repeated: false, ...about(world, action, record), taken: true };
}

function freeze(world: World, asked: EventMap['FreezeRequested']): Answer {
  if (!asked.roles.includes('admin')) return no('forbidden');
  const known = world.freezes.get(asked.freeze_id);
  if (known !== undefined && known.tenant !== asked.tenant) return no('not_found');
  const scope = ({ agent_id, action_type, reason }: typeof asked): string => [agent_id, action_type, reason].join();
  if (asked.frozen && known !== undefined) return scope(known) === scope(asked) ? OK : no('duplicate_request');
  if (asked.frozen && world.now - (world.lifted.get(asked.freeze_id) ?? -Infinity) <= 25 * HOUR)
    return no('already_terminal');
  if (!asked.frozen && known === undefined) return OK;
  if (asked.frozen) world.freezes.set(asked.freeze_id, asked);
  else if (world.freezes.delete(asked.freeze_id)) world.lifted.set(asked.freeze_id, world.now);
  say(world, 'FreezeChanged', asked.freeze_id, asked.frozen);
  return OK;
}

interface Call {
  readonly attempt: string;
  /** Calls of one kind and caller share their ids. */
  readonly kind?: string;
  readonly caller: string;
  readonly id: string;
  readonly body: string;
}

/** A call is judged once: a copy hears the same again, another body under its id is refused, and neither is public. */
function once(world: World, action: Action, call: Call, judge: () => Answer | null): Answer & { repeated: boolean } {
  const key = [call.kind ?? call.attempt, call.caller, call.id].join();
  const known = action.answers.get(key);
  if (known !== undefined)
    return known.body === call.body
      ? { ...known.answer, repeated: true }
      : { ...no('duplicate_request'), repeated: false };
  const answer = judge() ?? OK;
  if (answer.code !== 'ok') say(world, 'Refused', action.decided.action_id, call.attempt, answer.code, answer.rule);
  action.answers.set(key, { body: call.body, answer });
  return { ...answer, repeated: false };
}

const askOf = ({ request, audit }: Action, id: string): Ask | null =>
  [request, audit].find((ask) => ask?.id === id) ?? null;

type About = Exclude<LogRecord, { name: 'ActionDecided' | 'Ticked' | 'FreezeRequested' }>;

function about(world: World, action: Action, record: About): Answer & { repeated?: boolean } {
  switch (record.name) {
    case 'VoteCast':
      return vote(world, action, record.event);
    case 'EvidenceAttached':
      return attachTo(world, action, record.event);
    case 'PacketShown':
      return show(world, action, record.event);
    case 'CustodyRequested':
      return hand(world, action, record.event);
    case 'ReleaseRequested':
      return release(world, action, record.event);
    case 'RedemptionRequested':
      return redeem(world, action, record.event);
    case 'RevocationRequested':
      return revoke(world, action, record.event);
    case 'OutcomeFiled':
      return file(world, action, record.event);
    case 'CancelRequested':
      return takeBack(world, action, record.event);
    default:
      return OK;
  }
}

function vote(world: World, action: Action, cast: EventMap['VoteCast']) {
  const ask = askOf(action, cast.request_id);
  if (ask === null) return no('not_found');
  const caller = `${cast.issuer} ${cast.subject}`;
  return once(world, action, { attempt: 'vote', caller, id: cast.client_request_id, body: cast.body_hash }, () => {
    const refusal = refuseVote(world, action, ask, cast);
    if (refusal === null) takeVote(world, action, ask, cast);
    return refusal;
  });
}

function attachTo(world: World, action: Action, event: EventMap['EvidenceAttached']) {
  const ask = askOf(action, event.request_id);
  if (ask === null) return no('not_found');
  const call = { caller: `${event.issuer ?? ''} ${event.subject}`, id: event.client_request_id, body: event.body_hash };
  return once(world, action, { attempt: 'attach', ...call }, () => attach(world, action, ask, event));
}

/** Being shown what is on the table counts, the first time. */
function show(world: World, action: Action, shown: EventMap['PacketShown']): Answer {
  const ask = askOf(action, shown.request_id);
  if (ask?.status !== 'pending') return no('not_found');
  const changed = ask.evidence.length > 0 || (ask.kind === 'approval' && action.edits.length > 0);
  if (changed && shown.packet_digest !== ask.packet) return no('stale_packet');
  if (ask.seen.some(({ who }) => isSame(who, shown))) return OK;
  ask.seen.push({ who: shown, at: world.now });
  say(world, 'PacketOpened', ask.id, shown.subject);
  return OK;
}

const SPENT: Readonly<Record<string, string>> = { consumed: 'already_consumed', revoked: 'revoked', lapsed: 'expired' };
/** Why a grant is of no use any more; null while it can be used. */
const spent = ({ grant }: Action): Answer | null =>
  grant === null || grant.status === 'issued' ? null : no(SPENT[grant.status] ?? '');

function redeem(world: World, action: Action, asked: EventMap['RedemptionRequested']) {
  const { grant, decided } = action;
  if (grant === null || asked.grant_id !== decided.grant_id) return no('unknown_grant');
  const { executor_id, client_request_id: id, body_hash: body } = asked;
  return once(world, action, { attempt: 'redemption', caller: '', id, body }, () => {
    if (asked.action_digest !== grant.digest) return no('action_digest_mismatch');
    const useless = spent(action) ?? (asked.token_expires_at <= world.now ? no('expired') : null);
    if (useless !== null) return useless;
    if (isFrozen(world, action)) return no('frozen');
    const { preconditions } = proposalOf({ decided });
    if (preconditions !== null && preconditions !== asked.preconditions) return no('precondition_changed');
    grant.status = 'consumed';
    grant.executor = executor_id;
    say(world, 'GrantRedeemed', decided.action_id, executor_id, world.now);
    return null;
  });
}

function revoke(world: World, action: Action, asked: EventMap['RevocationRequested']) {
  const { grant, decided, request } = action;
  if (grant === null || asked.grant_id !== decided.grant_id) return no('not_found');
  const caller = `${asked.issuer} ${asked.subject}`;
  return once(
    world,
    action,
    { attempt: 'revocation', caller, id: asked.client_request_id, body: `${asked.reason}` },
    () => {
      const approved = request?.kind === 'approval' && approvers(request.votes).some((one) => isSame(one, asked));
      if (!asked.roles.includes('admin') && !approved) return no('forbidden');
      const useless = spent(action);
      if (useless !== null) return useless;
      grant.status = 'revoked';
      say(world, 'GrantRevoked', decided.action_id, asked.subject, world.now);
      return null;
    },
  );
}

function takeBack(world: World, action: Action, asked: EventMap['CancelRequested']) {
  if (asked.agent_id !== action.decided.agent_id) return no('not_found');
  return once(
    world,
    action,
    { attempt: 'cancellation', caller: '', id: asked.client_request_id, body: `${asked.reason}` },
    () => {
      if (action.status !== 'pending') return no('already_terminal');
      cancel(world, action);
      return null;
    },
  );
}

/** After the first report advice is asked for as long as the gate gives people, at most until it would end anyway. */
function file(world: World, action: Action, filed: EventMap['OutcomeFiled']) {
  const { request, grant, decided } = action;
  const redeemer = grant?.status === 'consumed' ? grant.executor : null;
  if (filed.reported_by !== (filed.by_executor ? redeemer : decided.agent_id)) return no('not_found');
  const call = { caller: filed.reported_by, id: filed.client_request_id, body: filed.body_hash };
  return once(world, action, { attempt: 'outcome', ...call }, () => {
    say(world, 'OutcomeRecorded', decided.action_id, filed.status, grant?.status !== 'consumed');
    if (request?.kind === 'advisory') request.expire = Math.min(request.expire, request.gate.respond_s * 1000);
    return null;
  });
}

function release(world: World, action: Action, asked: EventMap['ReleaseRequested']) {
  const { request } = action;
  if (request?.id !== asked.request_id) return no('not_found');
  const call = { attempt: asked.recall ? 'recall' : 'release', kind: 'release', id: asked.client_request_id };
  return once(world, action, { ...call, caller: `${asked.issuer} ${asked.subject}`, body: asked.body_hash }, () => {
    const refusal = refuseRelease(world, action, request, asked);
    if (refusal === null) carryOut(world, action, asked);
    return refusal;
  });
}

function refuseRelease(world: World, action: Action, ask: Ask, asked: EventMap['ReleaseRequested']): Answer | null {
  const barred = asked.roles.includes('admin') ? null : bar(action, ask, asked);
  if (barred !== null) return no('not_eligible', barred);
  const { hold } = action;
  if (hold === null) return no('not_held');
  if (hold.status === 'recalled') return no('revoked');
  if (asked.recall) return spent(action);
  if (hold.status !== 'held') return no('not_held');
  if (isFrozen(world, action)) return no('frozen');
  return isTooLate(action, ask, asked.release_at) ? no('release_too_late') : null;
}

function carryOut(world: World, action: Action, asked: EventMap['ReleaseRequested']): void {
  const { hold, grant, decided } = action;
  if (hold === null) return;
  if (asked.recall) {
    hold.status = 'recalled';
    say(world, 'HoldChanged', decided.action_id, 'recalled', hold.at, world.now);
    if (grant === null) return;
    grant.status = 'revoked';
    say(world, 'GrantRevoked', decided.action_id, asked.subject, world.now);
  } else if (asked.release_at !== null && asked.release_at > world.now) {
    hold.at = asked.release_at;
    say(world, 'HoldChanged', decided.action_id, 'held', hold.at, world.now);
  } else letGo(world, action, world.now);
}

type Custody = EventMap['CustodyRequested'];

function hand(world: World, action: Action, asked: Custody) {
  const ask = askOf(action, asked.request_id);
  if (ask === null) return no('not_found');
  const attempt = asked.verb === 'release' ? 'release_claim' : asked.verb;
  const call = { attempt, caller: `${asked.issuer} ${asked.subject}`, id: asked.client_request_id };
  return once(world, action, { ...call, body: asked.body_hash }, () => {
    const refusal = refuseHand(action, ask, asked);
    if (refusal === null) takeHand(world, ask, asked);
    return refusal;
  });
}

const isBlank = (text: string | null): boolean => (text ?? '').trim() === '';

function refuseHand(action: Action, ask: Ask, asked: Custody): Answer | null {
  const { verb, reason } = asked;
  if (ask.status !== 'pending') return no('already_terminal');
  if (['recuse', 'escalate', 'assign', 'reassign'].includes(verb) && isBlank(reason)) return no('reason_required');
  if (verb === 'comment') return isBlank(asked.text) ? no('reason_required') : null;
  if (verb === 'release') return isSame(ask.claim?.who ?? null, asked) ? null : no('not_claimed');
  if (verb === 'assign' || verb === 'reassign') return refuseReceiver(action, ask, asked);
  const barred = bar(action, ask, asked);
  const mine = barred === 'role' && isSame(ask.assignee, asked);
  if (barred !== null && !mine) return no('not_eligible', barred);
  if (verb === 'escalate' && !ask.escalated && ask.gate.escalate_roles.length === 0) return no('no_escalation');
  if (verb === 'escalate') return ask.escalated ? no('already_escalated') : null;
  if (hasVoted(action, ask, asked)) return no('already_voted');
  return verb === 'claim' && ask.claim !== null && !isSame(ask.claim.who, asked) ? no('already_claimed') : null;
}

const SERVICE = 'countersign';

/** The service gives away what nobody has, and takes back what somebody has; people hand on what they have. */
function mayHandOn({ assignee }: Ask, asked: Custody): boolean {
  if (asked.verb === 'assign') return asked.issuer === SERVICE;
  if (asked.issuer === SERVICE) return assignee !== null;
  return isSame(assignee, asked) || asked.roles.includes('admin');
}

const receiverOf = ({ verb, issuer, to_issuer, to_subject, to_roles }: Custody) => ({
  issuer: to_issuer ?? (verb === 'assign' || issuer === SERVICE ? null : issuer),
  subject: to_subject ?? '',
  roles: to_roles,
});

function refuseReceiver(action: Action, ask: Ask, asked: Custody): Answer | null {
  const { verb, issuer, to_subject } = asked;
  if (!mayHandOn(ask, asked)) return no('forbidden');
  if (verb === 'assign' && ask.assignee !== null) return no('already_assigned');
  if (to_subject === null && issuer !== SERVICE) return no('not_eligible', 'role');
  if (to_subject === null) return ask.assignee === null && ask.pooled ? no('already_assigned') : null;
  const receiver = receiverOf(asked);
  const barred = bar(action, ask, receiver);
  if (barred !== null) return no('not_eligible', barred);
  if (isSame(ask.assignee, receiver)) return no('already_assigned');
  return hasVoted(action, ask, receiver) ? no('already_voted') : null;
}

function takeHand(world: World, ask: Ask, asked: Custody): void {
  const { verb, issuer, subject, roles, to_subject } = asked;
  const who = { issuer, subject, roles };
  say(world, 'CustodyChanged', ask.id, verb, subject, to_subject, world.now);
  if (verb === 'claim') ask.claim = { who, left: ask.gate.claim_s * 1000 };
  if (verb === 'release') ask.claim = null;
  if (verb === 'recuse') leave(ask, who);
  if (verb === 'recuse') ask.recused.push(who);
  if (verb === 'assign' || verb === 'reassign') {
    // Whoever had it gives it up.
    if (ask.assignee !== null && isSame(ask.claim?.who ?? null, ask.assignee)) ask.claim = null;
    ask.assignee = to_subject === null ? null : receiverOf(asked);
    ask.pooled = to_subject === null;
  }
  if (verb !== 'escalate') return;
  ask.escalate = null;
  ask.escalated = true;
  say(world, 'RequestEscalated', ask.id, 'person', world.now);
}
