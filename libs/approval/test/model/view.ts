import { isFrozen as isHeldByFreeze } from '../../src/index.js';
import type { ActionState, PartitionState, PublicEvent, RequestState } from '../../src/index.js';
import { approvers } from './people.js';
import type { Action, Ask, World } from './world.js';
import { isFrozen, respondBy } from './world.js';

type Say<N extends PublicEvent['name']> = (event: Extract<PublicEvent, { name: N }>['event']) => unknown[];

/** What a public event says, as far as the model says it too; of others, that they happened. */
const SAID: { readonly [N in PublicEvent['name']]?: Say<N> } = {
  DecisionRecorded: ({ action_id }) => [action_id],
  RequestOpened: (e) => [e.request_id, e.request_kind, e.gate, e.respond_by, e.expires_at],
  PacketOpened: (e) => [e.request_id, e.reviewer_id],
  VoteRecorded: (e) => [e.request_id, e.reviewer_id, e.vote, e.counted, e.resolving],
  VersionChanged: (e) => [e.request_id, e.digest, e.gate, e.voided_votes.length],
  EvidenceRecorded: (e) => [e.request_id, e.kind, e.role, e.packet_digest, e.voided_votes.length],
  CustodyChanged: (e) => [e.request_id, e.verb, e.subject, e.to_subject, e.at],
  RequestReminded: (e) => [e.request_id, e.nth, e.reminded_at, e.respond_by],
  RequestEscalated: (e) => [e.request_id, e.by, e.escalated_at, ...(e.by === 'clock' ? [e.respond_by] : [])],
  RequestResolved: (e) => [e.request_id, e.status, e.resolved_by, e.resolved_at, e.paused_ms],
  GrantIssued: (e) => [e.action_id, e.digest, e.issued_at, e.expires_at],
  GrantRedeemed: (e) => [e.action_id, e.executor_id, e.redeemed_at],
  GrantRevoked: (e) => [e.action_id, e.reviewer_id, e.revoked_at],
  GrantLapsed: (e) => [e.action_id, e.lapsed_at],
  HoldChanged: (e) => [e.action_id, e.status, e.release_at, e.changed_at],
  SampleLabelled: (e) => [e.request_id, e.label, e.labelled_by],
  Refused: (e) => [e.action_id, e.attempt, e.code, e.rule],
  FreezeChanged: (e) => [e.freeze_id, e.frozen],
  OutcomeRecorded: (e) => [e.action_id, e.status, e.outcome_without_redemption],
};

/** The public events of one step as plain lines, in alphabetical order: the model has no order within a moment. */
export const linesOf = (events: readonly PublicEvent[]): string[] =>
  events
    .map(({ name, event }) =>
      [name, ...((SAID[name] as Say<typeof name> | undefined)?.(event as never) ?? [])].join(' '),
    )
    .sort();

const list = (words: readonly unknown[]): string => words.map((word) => word ?? '-').join(' ');

function askOfFold(ask: RequestState | null): string {
  if (ask === null) return '-';
  const runs = ask.status === 'pending' && ask.paused_at === null;
  const people = ask.votes.filter(({ counted, vote }) => counted && vote.startsWith('approve'));
  return list([
    ...[ask.status, ask.digest, ask.packet_digest, ask.gate.name, ask.gate.hold, ask.gate.min_dwell_s],
    ...[ask.reminders, ask.escalated_at !== null, ask.assignee?.subject, ask.claimed_by?.subject],
    ...(runs ? [ask.expires_at, ask.respond_by, ask.claim_until] : []),
    people.map(({ subject }) => subject),
  ]);
}

function askOfModel(world: World, action: Action, ask: Ask | null): string {
  if (ask === null) return '-';
  const runs = ask.status === 'pending' && !isFrozen(world, action);
  const claimed = ask.claim === null ? null : world.now + ask.claim.left;
  return list([
    ...[ask.status, ask.digest, ask.packet, ask.gate.name, ask.gate.hold, ask.gate.min_dwell_s],
    ...[ask.reminded, ask.escalated, ask.assignee?.subject, ask.claim?.who.subject],
    ...(runs ? [Math.min(world.now + ask.expire, action.forget), respondBy(ask), claimed] : []),
    approvers(ask.votes).map(({ subject }) => subject),
  ]);
}

const ofFold = (state: PartitionState, action: ActionState): string[] => {
  const { grant, hold, resolution } = action;
  const runs = grant?.status === 'issued' && !isHeldByFreeze(state, action);
  return [
    list([resolution?.status ?? 'pending', hold?.status, hold?.release_at]),
    list([grant?.status, grant?.digest, runs ? grant.expires_at : null]),
    askOfFold(action.request),
    askOfFold(action.audit),
  ];
};

const ofModel = (world: World, action: Action): string[] => {
  const { grant, hold, status, forget } = action;
  const runs = grant?.status === 'issued' && !isFrozen(world, action);
  return [
    list([status, hold?.status, hold?.at]),
    list([grant?.status, grant?.digest, runs ? Math.min(world.now + grant.left, forget) : null]),
    askOfModel(world, action, action.request),
    askOfModel(world, action, action.audit),
  ];
};

/** Everything that the fold knows, in plain words. */
export const viewOfFold = (state: PartitionState): string[] => [
  list(['frozen', ...state.freezes.keys()]),
  ...[...state.actions].flatMap(([id, action]) => [id, ...ofFold(state, action)]),
];

/** Everything that the model knows, in the same words. */
export const viewOfModel = (world: World): string[] => [
  list(['frozen', ...world.freezes.keys()]),
  ...[...world.actions].flatMap(([id, action]) => [id, ...ofModel(world, action)]),
];
