import type { ActionDecided, Gate } from '@countersign/events';
import type { LogRecord } from '../src/index.js';

/**
 * The rules of one action, written a second time and as plainly as possible: nothing is stored but the list of
 * records, and every question is answered by walking over it. The fold must agree with it on any log.
 */
export interface Verdict {
  readonly status: 'none' | 'pending' | 'approved' | 'denied' | 'expired' | 'cancelled';
  readonly grant: 'none' | 'issued' | 'consumed' | 'revoked' | 'lapsed';
  readonly digest: string | null;
  readonly code: string;
}

interface World {
  first: ActionDecided | null;
  status: Verdict['status'];
  grant: Verdict['grant'];
  gate: Gate | null;
  digest: string;
  packet: string;
  votes: { who: string; vote: string }[];
  expires: number;
  lapses: number;
  answers: Map<string, { body: string; code: string }>;
}

/** What the reference says after the last record of a log about one action, without freezes. */
export function reference(log: readonly LogRecord[]): Verdict {
  const world: World = {
    ...{ first: null, status: 'none', grant: 'none', gate: null, digest: '', packet: '', votes: [] },
    ...{ expires: Infinity, lapses: Infinity, answers: new Map() },
  };
  let time = 0;
  let code = 'ok';
  for (const record of log) {
    time = Math.max(time, record.timestampMs);
    if (world.status === 'pending' && time >= world.expires) world.status = 'expired';
    if (world.grant === 'issued' && time >= world.lapses) world.grant = 'lapsed';
    code = step(world, record, time);
  }
  return { status: world.status, grant: world.grant, digest: world.first === null ? null : world.digest, code };
}

function step(world: World, record: LogRecord, time: number): string {
  if (record.name === 'ActionDecided') return decide(world, record.event, time);
  if (record.name === 'Ticked') return 'ok';
  if (world.first === null) return record.name === 'RedemptionRequested' ? 'unknown_grant' : 'not_found';
  if (record.name === 'RedemptionRequested' && world.grant === 'none') return 'unknown_grant';
  if (record.name === 'RevocationRequested' && world.grant === 'none') return 'not_found';
  if (record.name === 'VoteCast' && world.gate === null) return 'not_found';
  const who = 'subject' in record.event ? record.event.subject : '';
  const key = [record.name, who, record.event.client_request_id].join();
  const body = 'body_hash' in record.event ? record.event.body_hash : '';
  const known = world.answers.get(key);
  if (known !== undefined) return known.body === body ? known.code : 'duplicate_request';
  const code = judge(world, record, time);
  world.answers.set(key, { body, code });
  return code;
}

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
  if (world.status === 'approved') issue(world, time, decided.grant_ttl_s);
  return 'ok';
}

function issue(world: World, time: number, seconds: number): void {
  world.grant = 'issued';
  world.lapses = time + seconds * 1000;
}

function judge(world: World, record: LogRecord, time: number): string {
  switch (record.name) {
    case 'VoteCast':
      return judgeVote(world, record, time);
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

function judgeVote(world: World, record: LogRecord & { name: 'VoteCast' }, time: number): string {
  const { subject, vote, edit, packet_digest, roles } = record.event;
  const gate = world.gate;
  if (gate === null) return 'not_found';
  if (subject === world.first?.agent_id || world.first?.operators.includes(subject)) return 'not_eligible';
  if (!roles.some((role) => gate.roles.includes(role))) return 'not_eligible';
  if (world.votes.some(({ who }) => who === subject)) return 'already_voted';
  if (world.status !== 'pending') return 'already_terminal';
  if (packet_digest !== world.packet) return 'stale_packet';
  if (vote === 'approve_with_changes' && edit !== null && edit.digest !== world.digest) {
    world.votes = [];
    world.gate = edit.gate.quorum > gate.quorum ? edit.gate : gate;
    world.digest = edit.digest;
    world.packet = edit.packet_digest;
  }
  world.votes.push({ who: subject, vote });
  settleVotes(world, time);
  return 'ok';
}

function settleVotes(world: World, time: number): void {
  if (world.votes.some(({ vote }) => vote === 'deny')) world.status = 'denied';
  else if (world.votes.length >= (world.gate?.quorum ?? Infinity)) {
    world.status = 'approved';
    issue(world, time, world.gate?.grant_ttl_s ?? 0);
  }
}
