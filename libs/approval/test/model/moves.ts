import type { ActionDecided, ActionProposed, Edit, EventMap, Gate } from '@countersign/events';
import fc from 'fast-check';
import type { LogRecord } from '../../src/index.js';
import { allowed, attached, custody, DAY, decided, edited, freeze, gate, HOUR, outcome, proposed } from '../records.js';
import { redemption, release, revocation, shown, T0, vote } from '../records.js';
import type { Someone } from './gates.js';
import { nextClock } from './time.js';
import { bar, hasVoted } from './people.js';
import type { Ask, World } from './world.js';
import { asksOf } from './world.js';

const MINUTE = 60_000;
const part = (name: string, count: number, roles: string[], people: string[] = []) => ({ name, count, roles, people });
const clocks: Partial<Gate> = {
  ...{ remind_s: [600, 1500, 2700], escalate_s: 1800, escalate_roles: ['lead'], claim_s: 300 },
};
const audit_gate = gate({ ...clocks, name: 'sample', quorum: 1, roles: ['auditor'], people: ['cat'], expire_s: 7200 });
const sampled = { audit_gate, sample_probability: 0.1 };
const money = part('money', 1, ['finance']);
const law = part('law', 1, ['legal'], ['dan']);

/** Every kind of decision that opens something of its own. */
const decisions = (action: ActionProposed): ActionDecided[] => [
  decided({ ...action, preconditions: '{"etag":"1"}' }, { gate: gate(clocks) }),
  decided(action, { gate: gate({ name: 'one', quorum: 1, exclude: ['editor'], grant_ttl_s: 7200, reason: 'deny' }) }),
  decided(action, { gate: gate({ ...clocks, name: 'both', factors: [money, law], hold: true }), ...sampled }),
  decided(action, {
    gate: gate({ name: 'either', thresholds: [law, part('team', 2, ['finance'])], reason_fast_s: 20 }),
    ...sampled,
  }),
  decided(action, {
    gate: gate({ ...clocks, name: 'stages', stages: [money, part('law', 2, ['legal'], ['dan'])], min_dwell_s: 20 }),
    ...sampled,
  }),
  // Its last reminder and its escalation come at the moment at which it expires; the agent is in a hurry.
  decided(action, {
    gate: gate({ name: 'brief', hold: true, expire_s: 3600, remind_s: [600, 7200], escalate_s: 3600, deny_quorum: 2 }),
    respond_within_s: 1800,
  }),
  decided(action, {
    gate: gate({ ...clocks, name: 'named', quorum: 1, people: ['dan'], exclude: ['eve'], hold: true }),
    submitted_at: T0 - 3 * HOUR,
  }),
  // Nobody approves without an invoice.
  decided(action, { gate: gate({ ...clocks, name: 'proven', evidence: ['invoice'], deny_quorum: 2 }), ...sampled }),
  allowed(action, sampled),
  allowed(action, { advisory_gate: gate({ ...clocks, name: 'advice', quorum: 1 }), ...sampled }),
  decided(action, { effective_decision: 'deny', gate: null }),
];

const editsOf = (action: ActionProposed): Edit[] =>
  [
    gate({ ...clocks, name: 'looser', quorum: 1 }),
    gate({ ...clocks, name: 'wider', factors: [part('money', 2, ['finance']), law], exclude: ['editor'] }),
    gate({ ...clocks, name: 'ordered', stages: [law, money], min_dwell_s: 50, hold: true }),
    gate({ ...clocks, name: 'papers', quorum: 1, evidence: ['contract'] }),
    gate({
      name: 'beside',
      quorum: 1,
      roles: ['legal'],
      people: ['dan'],
      token_audience: 'urn:legal',
      exclude: ['eve'],
    }),
    gate({ name: 'elsewhere', quorum: 1, token_audience: 'urn:elsewhere', escalate_roles: ['lead'] }),
    gate({ name: 'refused', quorum: 1 }),
  ].map((own, index) => {
    const edit = edited(action, { amount: { value: `${index + 1}000.00`, currency: 'USD' } }, { gate: own });
    const policy_decision = own.name === 'refused' ? 'deny' : edit.policy_decision;
    return { ...edit, policy_decision, audit_packet_digest: `audit ${edit.digest}` };
  });

/** One action and every record about it, to be changed a little. Built once: digests cost more than all the rest. */
const subjectOf = (action: ActionProposed) => ({
  action,
  decisions: decisions(action),
  edits: editsOf(action),
  vote: vote(action, 'ann'),
  shown: shown(action, 'ann'),
  attached: attached(action, 'ann'),
  redemption: redemption(action),
  release: release(action, 'ann'),
  custody: custody(action, 'claim', 'ann'),
  revocation: revocation(action),
  outcome: outcome(action),
});
type Subject = ReturnType<typeof subjectOf>;

const SUBJECTS: readonly [Subject, Subject] = [
  subjectOf(proposed('a')),
  subjectOf(proposed('b', { agent_id: 'other-agent', action_type: 'payout', operators: ['bob'] })),
];

const by = (subject: string, ...roles: string[]) => ({ issuer: 'https://idp', subject, roles });
const PEOPLE = [
  ...[by('ann', 'finance'), by('bob', 'finance', 'legal'), by('cat', 'legal', 'auditor'), by('dan')],
  ...[by('lea', 'lead'), by('eve', 'finance'), by('oli', 'finance'), by('refund-agent', 'finance')],
  ...[by('812', 'finance'), by('max', 'admin'), by('fay', 'auditor', 'finance'), by('ann')],
  ...[by('gus', 'finance', 'operates:refund-agent'), { ...by('ann', 'finance'), issuer: 'https://other' }],
];
/** How much later a record comes than the log is; below 0, an instance's clock is off. */
const SOON = [0, 0, 1_000, 5_000, 20_000, MINUTE, 2 * MINUTE];
const LATER = [5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 25 * MINUTE, -5 * MINUTE, -7 * HOUR];
const MUCH_LATER = [HOUR, 2 * HOUR, 3 * HOUR, 20 * HOUR, 3 * DAY];
const SCOPES = [{}, { agent_id: 'refund-agent' }, { action_type: 'refund' }, { agent_id: 'other-agent' }];

/** A move: what, about which action, by whom, three more choices, when, under which id. */
export type Move = readonly [number, number, number, number, number, number, number, number];
const choice = fc.nat({ max: 239 });
export const moves: fc.Arbitrary<Move[]> = fc.noBias(
  fc.array(fc.tuple(choice, choice, choice, choice, choice, choice, choice, choice), {
    ...{ minLength: 10, maxLength: 40, size: 'max' },
  }),
);

const pick = <T>(all: readonly T[], at: number): T => all[at % all.length] as T;

/** What a move sees: the subject, who moves, and the world as the model has it. */
interface Scene {
  readonly world: World;
  readonly log: readonly LogRecord[];
  readonly subject: Subject;
  readonly who: Someone & { issuer: string; roles: readonly string[] };
  readonly id: string;
  readonly choices: readonly [number, number, number];
}

type Made = Pick<LogRecord, 'name' | 'event'>;
const made = <N extends LogRecord['name']>(name: N, event: EventMap[N]): Made => ({ name, event }) as Made;
const personOf = ({ who }: Scene) => ({ issuer: who.issuer, subject: who.subject, roles: [...who.roles] });
const actionOf = ({ world, subject }: Scene) => world.actions.get(subject.action.action_id);

/** The request that the move is about: mostly the one that waits. */
function askOf(scene: Scene, at: number): Ask | null {
  const action = actionOf(scene);
  const audit = action?.audit ?? null;
  const request = action?.request ?? null;
  if (request?.status === 'pending' || audit === null) return at % 10 === 0 ? audit : request;
  return at % 4 === 0 ? request : audit;
}

/** Mostly the packet on the table, sometimes another one. */
function packetFor({ subject }: Scene, ask: Ask | null, at: number): string {
  const others = subject.edits.map(({ packet_digest }) => packet_digest);
  return at % 8 === 0 ? pick([...others, subject.vote.packet_digest], at >> 3) : (ask?.packet ?? '');
}

function voteMove(scene: Scene, [what, how, packet]: Scene['choices']): Made {
  const ask = askOf(scene, what);
  const words = ask?.kind === 'audit' ? (['harmless', 'harmful', 'unsure', 'approve'] as const) : DECISIONS;
  const word = pick<EventMap['VoteCast']['vote']>(words, how);
  const edit = word === 'approve_with_changes' && how % 7 !== 0 ? pick(scene.subject.edits, packet) : null;
  const reason = what % 3 === 0 ? null : 'because';
  const at = pick(
    [null, null, null, null, null, null, T0 + 2 * HOUR, T0 + 5 * HOUR, T0 + 30 * HOUR, T0 + 9 * DAY],
    packet,
  );
  const cast = {
    ...{ ...scene.subject.vote, ...personOf(scene), client_request_id: scene.id, vote: word, edit, reason },
    ...{ request_id: ask?.id ?? scene.subject.vote.request_id, packet_digest: packetFor(scene, ask, packet) },
    release_at: at,
  };
  return made('VoteCast', { ...cast, body_hash: [word, reason, at, cast.packet_digest, edit?.digest].join() });
}
const DECISIONS = [
  ...(['approve', 'approve', 'approve', 'approve', 'deny', 'approve_with_changes'] as const),
  ...(['approve', 'approve', 'approve_with_changes', 'harmless', 'approve', 'deny'] as const),
];

const VERBS = [
  ...(['claim', 'claim', 'release', 'assign', 'assign', 'reassign', 'reassign'] as const),
  ...(['recuse', 'escalate', 'comment'] as const),
];

function custodyMove(scene: Scene, [what, how, whom]: Scene['choices']): Made {
  const ask = askOf(scene, what);
  const verb = pick(VERBS, how);
  const to = pick(PEOPLE, whom);
  const service = { issuer: 'countersign', subject: 'assignment', roles: [] };
  const holder = verb === 'release' ? ask?.claim?.who : verb === 'reassign' ? ask?.assignee : null;
  const mine = { issuer: 'https://idp', subject: holder?.subject ?? scene.who.subject, roles: [...scene.who.roles] };
  const from =
    what % 5 === 0 ? personOf(scene) : verb === 'assign' || (verb === 'reassign' && whom % 4 === 1) ? service : mine;
  const asked = {
    ...{ ...scene.subject.custody, ...from, client_request_id: scene.id, verb },
    request_id: ask?.id ?? scene.subject.custody.request_id,
    to_subject: verb.endsWith('assign') && whom % 11 !== 0 ? to.subject : null,
    ...{ to_roles: whom % 2 === 0 ? null : to.roles, to_issuer: whom % 3 === 0 ? to.issuer : null },
    ...{ reason: what % 6 === 0 ? ' ' : 'why not', text: what % 7 === 0 ? ' ' : 'words' },
  };
  return made('CustodyRequested', { ...asked, body_hash: [verb, asked.to_subject, asked.reason, asked.text].join() });
}

function showMove(scene: Scene, [what, how]: Scene['choices']): Made {
  const ask = askOf(scene, what);
  const { subject } = scene;
  const about = { request_id: ask?.id ?? subject.shown.request_id, packet_digest: packetFor(scene, ask, how) };
  return made('PacketShown', { ...subject.shown, ...personOf(scene), ...about });
}

function evidenceMove(scene: Scene, [what, how, other]: Scene['choices']): Made {
  const { subject, id } = scene;
  const ask = askOf(scene, what);
  const agent = { issuer: null, subject: what % 13 === 0 ? 'stranger' : subject.action.agent_id, roles: [] };
  const who = how % 3 === 0 ? { ...agent, as_agent: true } : { ...personOf(scene), as_agent: false };
  const kind = pick(['invoice', 'invoice', 'contract'], other);
  const asked = {
    ...{ ...subject.attached, ...who, client_request_id: id, attachment_id: `att ${id}`, kind },
    ...{ sha256: pick(['1', '2', '3', '4', '5', '6'], how), size_bytes: pick([1, 1, 1, 30 * 1024 * 1024], other) },
    request_id: ask?.id ?? subject.attached.request_id,
  };
  return made('EvidenceAttached', { ...asked, body_hash: [kind, asked.sha256, asked.size_bytes].join() });
}

function redeemMove(scene: Scene, [what, how, other]: Scene['choices']): Made {
  const digest = what % 6 === 0 ? pick(scene.subject.edits, how).digest : (actionOf(scene)?.grant?.digest ?? '');
  const asked = {
    ...{ ...scene.subject.redemption, client_request_id: scene.id, executor_id: pick(['x', 'y'], how) },
    ...{ action_digest: digest, preconditions: pick(['{"etag":"1"}', '{"etag":"1"}', null, '{"etag":"2"}'], other) },
    token_expires_at: how % 9 === 0 ? T0 + HOUR : T0 + 30 * DAY,
  };
  return made('RedemptionRequested', { ...asked, body_hash: [asked.executor_id, digest, asked.preconditions].join() });
}

function releaseMove(scene: Scene, [what, how]: Scene['choices']): Made {
  const recall = how % 4 === 0;
  const release_at = pick([null, null, scene.world.now + HOUR, T0 + 2 * HOUR, T0 + 9 * DAY], what);
  const asked = { ...personOf(scene), client_request_id: scene.id, recall, release_at };
  const body_hash = `${recall} ${release_at}`;
  return made('ReleaseRequested', { ...scene.subject.release, ...asked, body_hash });
}

function freezeMove(scene: Scene, [what, how, other]: Scene['choices']): Made {
  const who = other % 12 === 0 ? personOf(scene) : { issuer: 'https://idp', subject: 'max', roles: ['admin'] };
  const tenant = other % 7 === 0 ? 'globex' : 'acme';
  const on = scene.world.freezes.size === 0 || how % 5 === 0;
  const freeze_id = pick(
    on || how % 4 === 0 ? ['frz_1', 'frz_2', 'frz_3', 'frz_4', 'frz_5'] : [...scene.world.freezes.keys()],
    what >> 2,
  );
  const scope = { ...pick(SCOPES, what), freeze_id };
  return made('FreezeRequested', { ...freeze(scope), ...who, tenant, frozen: on, client_request_id: scene.id });
}

function decideMove({ subject }: Scene, [what, how]: Scene['choices']): Made {
  const decision = pick(subject.decisions, what);
  const proposed_at = pick([T0, T0, T0, T0, T0, T0, T0, T0 - 2 * HOUR, T0 - 23 * HOUR, T0 - 25 * HOUR], how);
  return made('ActionDecided', { ...decision, proposed_at });
}

const revokeMove = (scene: Scene): Made =>
  made('RevocationRequested', { ...scene.subject.revocation, ...personOf(scene), client_request_id: scene.id });

const outcomeMove = (scene: Scene, [who]: Scene['choices']): Made => {
  const by = who % 3 === 0 ? { by_executor: true, reported_by: pick(['x', 'y'], who) } : {};
  return made('OutcomeFiled', { ...scene.subject.outcome, ...by, client_request_id: scene.id });
};

const cancelMove = (scene: Scene, [what]: Scene['choices']): Made => {
  const { tenant, action_id, run_id, agent_id } = scene.subject.action;
  const call = { client_request_id: scene.id, agent_id: what % 5 === 0 ? 'stranger' : agent_id, reason: null };
  return made('CancelRequested', { tenant, action_id, run_id, ...call });
};

const tickMove = (): Made => made('Ticked', { tenant: '', client_request_id: '' });

/** The same record once more, as a producer that heard no answer sends it. */
const copyMove = (scene: Scene, [what]: Scene['choices']): Made =>
  scene.log.length === 0 ? tickMove() : pick(scene.log, what);

type Make = (scene: Scene, choices: Scene['choices']) => Made;
const ALWAYS: Make[] = [tickMove, freezeMove, copyMove, copyMove, decideMove, outcomeMove, cancelMove, voteMove];
const WAITING: Make[] = [
  ...[voteMove, voteMove, voteMove, voteMove, voteMove, voteMove, voteMove, voteMove, showMove, showMove, showMove],
  ...[custodyMove, custodyMove, custodyMove, custodyMove, custodyMove, freezeMove, evidenceMove, evidenceMove],
];
const GRANTED: Make[] = [redeemMove, redeemMove, redeemMove, revokeMove, releaseMove, outcomeMove];
const HELD: Make[] = [releaseMove, releaseMove, releaseMove, redeemMove];

/** What is worth trying where the action stands; anything goes at any time, only more rarely. */
function makersFor(scene: Scene): Make[] {
  const action = actionOf(scene);
  if (action === undefined)
    return [tickMove, ...Array.from({ length: 12 }, () => decideMove), ...ALWAYS, redeemMove, showMove];
  const waiting = asksOf(action).length > 0 ? WAITING : [custodyMove, showMove, voteMove];
  return [
    ...[...ALWAYS, ...waiting, ...(scene.world.freezes.size > 0 ? [freezeMove, freezeMove] : [])],
    ...(action.grant === null ? [redeemMove] : GRANTED),
    ...(action.hold === null ? [releaseMove] : HELD),
  ];
}

/** Mostly somebody who may vote now. */
function whoMoves(world: World, { action }: Subject, who: number): Scene['who'] {
  const known = world.actions.get(action.action_id);
  const ask = known === undefined ? undefined : asksOf(known)[0];
  if (known === undefined || ask === undefined || who % 4 === 0) return pick(PEOPLE, Math.floor(who / 4));
  const able = PEOPLE.filter((one) => bar(known, ask, one) === null && !hasVoted(known, ask, one));
  return pick(able.length === 0 ? PEOPLE : able, Math.floor(who / 4));
}

/** When the record comes: often soon, at times at the very moment of the next deadline or just before it. */
function momentOf(world: World, log: readonly LogRecord[], when: number): number {
  const now = log.length === 0 ? T0 : world.now;
  const next = nextClock(world)?.at ?? now;
  if (when < 170) return now + pick(SOON, when);
  if (when < 205) return now + pick(LATER, when);
  return when < 225 ? Math.max(now, next - (when % 2)) : now + pick(MUCH_LATER, when);
}

/** The record that a move appends to this log. */
export function recordOf(world: World, log: readonly LogRecord[], move: Move): LogRecord {
  const [what, about, who, one, two, three, when, id] = move;
  const choices = [one, two, three] as const;
  const [first, second] = SUBJECTS;
  const isKnown = world.actions.has(second.action.action_id);
  const subject = about % 5 === 4 && (isKnown || about % 3 === 0) ? second : first;
  const scene: Scene = {
    ...{ world, log, choices, subject, who: whoMoves(world, subject, who) },
    id: id % 6 === 0 ? `k${Math.floor(id / 6) % 3}` : `call ${log.length}`,
  };
  const make = pick(makersFor(scene), what);
  return { ...make(scene, choices), timestampMs: momentOf(world, log, when) } as LogRecord;
}
