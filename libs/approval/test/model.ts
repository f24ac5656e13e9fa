import type { ActionDecided, Gate, PacketShown, Quorum } from '@countersign/events';
import type { LogRecord } from '../src/index.js';
import { DAY } from './records.js';

/**
 * The rules of one action, written a second time and as plainly as possible: nothing is stored but the list of
 * records, and every question is answered by walking over it. The fold must agree with it on any log.
 */
export interface Verdict {
  readonly status: 'none' | 'pending' | 'approved' | 'denied' | 'expired' | 'cancelled';
  readonly grant: 'none' | 'issued' | 'consumed' | 'revoked' | 'lapsed';
  readonly hold: 'none' | 'held' | 'released' | 'recalled';
  readonly audit: 'none' | 'pending' | 'answered' | 'expired';
  readonly digest: string | null;
  readonly code: string;
}

interface Cast {
  who: string;
  vote: string;
  roles: readonly string[];
  release_at: number | null;
  /** False for an edit by somebody whose turn it is not under the gate that the edit brought. */
  counts: boolean;
}

interface World {
  first: ActionDecided | null;
  status: Verdict['status'];
  grant: Verdict['grant'];
  gate: Gate | null;
  digest: string;
  packet: string;
  votes: Cast[];
  hold: Verdict['hold'];
  /** When a held action goes by itself. */
  release: number;
  audit: Verdict['audit'];
  audit_packet: string;
  audit_expires: number;
  auditors: string[];
  deciders: string[];
  expires: number;
  lapses: number;
  /** When each person was first shown the packet on the table. */
  seen: Map<string, number>;
  edited: boolean;
  answers: Map<string, { body: string; code: string }>;
}

/** What the reference says after the last record of a log about one action, without freezes. */
export function reference(log: readonly LogRecord[]): Verdict {
  const world: World = {
    ...{ first: null, status: 'none', grant: 'none', gate: null, digest: '', packet: '', votes: [] },
    ...{ seen: new Map(), edited: false },
    ...{ expires: Infinity, lapses: Infinity, answers: new Map(), hold: 'none', release: Infinity },
    ...{ audit: 'none', audit_packet: '', audit_expires: Infinity, auditors: [], deciders: [] },
  };
  let time = 0;
  let code = 'ok';
  for (const record of log) {
    time = Math.max(time, record.timestampMs);
    if (world.status === 'pending' && time >= world.expires) world.status = 'expired';
    if (world.audit === 'pending' && time >= world.audit_expires) world.audit = 'expired';
    if (world.hold === 'held' && time >= world.release) letGo(world, world.release);
    if (world.grant === 'issued' && time >= world.lapses) world.grant = 'lapsed';
    code = step(world, record, time);
  }
  const { status, grant, hold, audit } = world;
  return { status, grant, hold, audit, digest: world.first === null ? null : world.digest, code };
}

function step(world: World, record: LogRecord, time: number): string {
  if (record.name === 'ActionDecided') return decide(world, record.event, time);
  if (record.name === 'Ticked') return 'ok';
  if (record.name === 'PacketShown') return look(world, record.event, time);
  if (world.first === null) return record.name === 'RedemptionRequested' ? 'unknown_grant' : 'not_found';
  if (record.name === 'RedemptionRequested' && world.grant === 'none') return 'unknown_grant';
  if (record.name === 'RevocationRequested' && world.grant === 'none') return 'not_found';
  if (record.name === 'VoteCast' && isUnknown(world, record.event.request_id)) return 'not_found';
  if (record.name === 'ReleaseRequested' && world.gate === null) return 'not_found';
  const who = 'subject' in record.event ? record.event.subject : '';
  const key = [record.name, who, record.event.client_request_id].join();
  const body = 'body_hash' in record.event ? record.event.body_hash : '';
  const known = world.answers.get(key);
  if (known !== undefined) return known.body === body ? known.code : 'duplicate_request';
  const code = judge(world, record, time);
  world.answers.set(key, { body, code });
  return code;
}

/** Being shown what is on the table counts, the first time. */
function look(world: World, { request_id, subject, packet_digest }: PacketShown, time: number): string {
  if (world.first?.request_id !== request_id || world.status !== 'pending') return 'not_found';
  if (world.edited && packet_digest !== world.packet) return 'stale_packet';
  if (!world.seen.has(subject)) world.seen.set(subject, time);
  return 'ok';
}

const isAudit = ({ first }: World, request_id: string): boolean => first?.audit_request_id === request_id;
const isUnknown = (world: World, request_id: string): boolean =>
  isAudit(world, request_id) ? world.audit === 'none' : world.gate === null || request_id !== world.first?.request_id;

function decide(world: World, decided: ActionDecided, time: number): string {
  if (world.first !== null) return 'ok';
  world.first = decided;
  world.gate = decided.gate;
  world.digest = decided.digest;
  world.packet = decided.packet_digest ?? '';
  if (decided.effective_decision === 'deny') world.status = 'denied';
  if (decided.effective_decision === 'allow') world.status = 'approved';
  if (decided.effective_decision === 'require_approval') world.status = 'pending';
  world.expires = decided.submitted_at + (decided.gate?.expire_s ?? 0) * 1000;
  if (world.status === 'approved') {
    issue(world, time, decided.grant_ttl_s);
    sample(world, time);
  }
  return 'ok';
}

/** The audit of what was approved, on the version that was approved. */
function sample(world: World, time: number): void {
  const { first } = world;
  if (first === null || first.audit_gate === null) return;
  world.audit = 'pending';
  world.audit_packet = world.digest === first.digest ? (first.audit_packet_digest ?? '') : `audit ${world.digest}`;
  world.audit_expires = time + first.audit_gate.expire_s * 1000;
}

function letGo(world: World, time: number): void {
  world.hold = 'released';
  issue(world, time, world.gate?.grant_ttl_s ?? 0);
}

function issue(world: World, time: number, seconds: number): void {
  world.grant = 'issued';
  world.lapses = time + seconds * 1000;
}

function judge(world: World, record: LogRecord, time: number): string {
  switch (record.name) {
    case 'VoteCast':
      return isAudit(world, record.event.request_id) ? judgeAudit(world, record) : judgeVote(world, record, time);
    case 'ReleaseRequested':
      return judgeRelease(world, record, time);
    case 'RedemptionRequested':
      return judgeRedemption(world, record.event.action_digest, record.event.token_expires_at <= time);
    case 'CancelRequested':
      if (world.status !== 'pending') return 'already_terminal';
      world.status = 'cancelled';
      return 'ok';
    case 'RevocationRequested':
      if (world.grant !== 'issued') return SPENT[world.grant];
      world.grant = 'revoked';
      return 'ok';
    default:
      return 'ok';
  }
}

const SPENT = {
  none: 'unknown_grant',
  issued: 'ok',
  consumed: 'already_consumed',
  revoked: 'revoked',
  lapsed: 'expired',
};

function judgeRedemption(world: World, digest: string, tokenExpired: boolean): string {
  if (digest !== world.digest) return 'action_digest_mismatch';
  if (world.grant !== 'issued') return SPENT[world.grant];
  if (tokenExpired) return 'expired';
  world.grant = 'consumed';
  return 'ok';
}

function mayVote(world: World, gate: Gate, { subject, roles }: { subject: string; roles: readonly string[] }): boolean {
  if (subject === world.first?.agent_id || world.first?.operators.includes(subject)) return false;
  const own = { name: '', count: 1, roles: gate.roles, people: gate.people };
  const kinds = [own, ...gate.thresholds, ...gate.factors, ...gate.stages];
  return kinds.some((kind) => fits(kind, { who: subject, roles }));
}

type Person = Pick<Cast, 'who' | 'roles'>;
const fits = (kind: Quorum, { who, roles }: Person): boolean =>
  kind.people.includes(who) || kind.roles.some((role) => roles.includes(role));

/** Tries everybody in every place. */
function canFill(places: readonly Quorum[], people: readonly Cast[]): boolean {
  const [first, ...rest] = places;
  if (first === undefined) return true;
  return people.some(
    (one) =>
      fits(first, one) &&
      canFill(
        rest,
        people.filter((other) => other !== one),
      ),
  );
}

function enough(gate: Gate, people: readonly Cast[]): boolean {
  const { thresholds, factors } = gate;
  if (gate.stages.length > 0) return openStage(gate, people) === null;
  if (thresholds.length + factors.length === 0) return people.length >= gate.quorum;
  const anyOf = thresholds.some((kind) => people.filter((one) => fits(kind, one)).length >= kind.count);
  const places = factors.flatMap((kind) => Array.from({ length: kind.count }, () => kind));
  return (thresholds.length === 0 || anyOf) && canFill(places, people);
}

/** The stage whose turn it is after these approvals, in order; null when all are full. */
function openStage({ stages }: Gate, people: readonly Person[]): Quorum | null {
  const places = stages.flatMap((stage) => Array.from({ length: stage.count }, () => stage));
  let at = 0;
  for (const one of people) {
    const place = places[at];
    if (place !== undefined && fits(place, one)) at += 1;
  }
  return places[at] ?? null;
}

function isTurnOf(world: World, gate: Gate, one: Person): boolean {
  const before = world.votes.filter(({ counts, vote }) => counts && vote !== 'deny');
  const open = openStage(gate, before);
  return open === null || fits(open, one);
}

function judgeAudit(world: World, record: LogRecord & { name: 'VoteCast' }): string {
  const { subject, vote, packet_digest } = record.event;
  const gate = world.first?.audit_gate ?? null;
  if (gate === null || !mayVote(world, gate, record.event)) return 'not_eligible';
  if (world.deciders.includes(subject)) return 'not_eligible';
  if (world.auditors.includes(subject)) return 'already_voted';
  if (world.audit !== 'pending') return 'already_terminal';
  if (packet_digest !== world.audit_packet) return 'stale_packet';
  if (!['harmful', 'harmless', 'unsure'].includes(vote)) return 'vote_not_offered';
  world.auditors.push(subject);
  world.audit = 'answered';
  return 'ok';
}

function judgeRelease(world: World, record: LogRecord & { name: 'ReleaseRequested' }, time: number): string {
  const { roles, recall, release_at } = record.event;
  const { gate } = world;
  if (gate === null) return 'not_found';
  if (!roles.includes('admin') && !mayVote(world, gate, record.event)) return 'not_eligible';
  if (world.hold === 'none') return 'not_held';
  if (world.hold === 'recalled') return 'revoked';
  if (recall) {
    if (world.grant !== 'none' && world.grant !== 'issued') return SPENT[world.grant];
    if (world.grant === 'issued') world.grant = 'revoked';
    world.hold = 'recalled';
    return 'ok';
  }
  if (world.hold === 'released') return 'not_held';
  if (isTooLate(world, release_at)) return 'release_too_late';
  if (release_at !== null && release_at > time) world.release = release_at;
  else letGo(world, time);
  return 'ok';
}

const isTooLate = ({ first, gate }: World, release_at: number | null): boolean =>
  release_at !== null && release_at + (gate?.grant_ttl_s ?? 0) * 1000 > (first?.proposed_at ?? 0) + 8 * DAY;

function judgeVote(world: World, record: LogRecord & { name: 'VoteCast' }, time: number): string {
  const { subject, vote, edit, packet_digest, roles, release_at } = record.event;
  const gate = world.gate;
  if (gate === null) return 'not_found';
  if (!mayVote(world, gate, record.event)) return 'not_eligible';
  if (world.votes.some(({ who }) => who === subject)) return 'already_voted';
  if (world.status !== 'pending') return 'already_terminal';
  if (!isTurnOf(world, gate, { who: subject, roles })) return 'not_eligible';
  if (packet_digest !== world.packet) return 'stale_packet';
  if (!['approve', 'deny', 'approve_with_changes'].includes(vote)) return 'vote_not_offered';
  const readMs = time - (world.seen.get(subject) ?? time);
  if (vote !== 'deny' && readMs < (gate.min_dwell_s ?? 0) * 1000) return 'too_fast';
  if (isTooLate(world, release_at)) return 'release_too_late';
  if (vote === 'approve_with_changes' && edit !== null && edit.digest !== world.digest) {
    world.votes = [];
    world.edited = true;
    const hold = gate.hold || edit.gate.hold;
    const dwells = [gate, edit.gate].flatMap(({ min_dwell_s }) => min_dwell_s ?? []);
    const min_dwell_s = dwells.length === 0 ? null : Math.max(...dwells);
    world.gate = { ...(asks(edit.gate) > asks(gate) ? edit.gate : gate), hold, min_dwell_s };
    for (const who of world.seen.keys()) if (who !== subject) world.seen.delete(who);
    world.digest = edit.digest;
    world.packet = edit.packet_digest;
  }
  const now = world.gate ?? gate;
  const counts = mayVote(world, now, record.event) && isTurnOf(world, now, { who: subject, roles });
  world.votes.push({ who: subject, vote, roles, release_at, counts });
  world.deciders.push(subject);
  settleVotes(world, time);
  return 'ok';
}

/** The fewest people who can satisfy the gate; then how many separate duties, their order, a hold, time to read. */
function asks({ quorum, thresholds, factors, stages, hold, min_dwell_s }: Gate): number {
  const all = [...factors, ...stages].reduce((sum, { count }) => sum + count, 0);
  const any = thresholds.length === 0 ? 0 : Math.min(...thresholds.map(({ count }) => count));
  const parts = factors.length + stages.length;
  const plain = thresholds.length + parts === 0 ? quorum : 0;
  const last = Number(stages.length > 0) * 4 + Number(hold) * 2 + Number(min_dwell_s !== null);
  return (Math.max(all, any, plain) * 100 + parts) * 8 + last;
}

function settleVotes(world: World, time: number): void {
  if (world.votes.some(({ vote }) => vote === 'deny')) world.status = 'denied';
  else if (
    world.gate !== null &&
    enough(
      world.gate,
      world.votes.filter(({ counts }) => counts),
    )
  ) {
    world.status = 'approved';
    sample(world, time);
    if (!world.gate.hold) return issue(world, time, world.gate.grant_ttl_s);
    world.hold = 'held';
    const times = world.votes.flatMap(({ release_at }) => (release_at === null ? [] : [release_at]));
    world.release = times.length === 0 ? Infinity : Math.max(...times, time);
  }
}
