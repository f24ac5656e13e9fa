import { seenLength } from '@countersign/canonical';
import { mergeGates } from '@countersign/events';
import type { EventMap } from '@countersign/events';
import { DAY } from '../records.js';
import type { Someone } from './gates.js';
import { isSame, isSatisfied, isTurn, opensTo } from './gates.js';
import { sample } from './open.js';
import { onTable } from './packet.js';
import type { Action, Answer, Ask, Cast, World } from './world.js';
import { end, isFrozen, issue, no, say } from './world.js';

type Vote = EventMap['VoteCast'];

/** What keeps somebody from deciding on this request; null for nothing. */
export function bar({ decided, request, edits }: Action, ask: Ask, who: Someone): string | null {
  const { agent_id, operators, on_behalf_of } = decided;
  const { subject, roles } = who;
  const segments = (on_behalf_of ?? '').toLowerCase().split(/[:/ @|]+/);
  if (subject === agent_id || segments.includes(subject)) return 'self';
  if (operators.includes(subject) || roles?.includes(`operates:${agent_id}`)) return 'operator';
  if (roles !== null && !opensTo(ask.gate, ask.escalated, who)) return 'role';
  if (ask.kind === 'audit' && request?.kind === 'approval' && request.votes.some((cast) => isSame(cast.who, who)))
    return 'excluded';
  const edited = isSame(edits.at(-1)?.editor ?? null, who);
  if (ask.gate.exclude.includes(subject) || (edited && ask.gate.exclude.includes('editor'))) return 'excluded';
  return ask.recused.some((one) => isSame(one, who)) ? 'recused' : null;
}

export const hasVoted = ({ edits }: Action, ask: Ask, who: Someone): boolean =>
  ask.votes.some((cast) => cast.edits === edits.length && !cast.again && isSame(cast.who, who));

/** Distinct people whose approvals count, in order. */
export const approvers = (votes: readonly Cast[]): Someone[] => {
  const people: Someone[] = [];
  for (const { counts, vote, who } of votes)
    if (counts && vote.startsWith('approve') && !people.some((one) => isSame(one, who))) people.push(who);
  return people;
};

function isTurnOf(ask: Ask, who: Someone): boolean {
  return ask.kind === 'audit' || isTurn(ask.gate, ask.escalated, approvers(ask.votes), who);
}

const readFor = (world: World, ask: Ask, who: Someone): number =>
  world.now - (ask.seen.find((one) => isSame(one.who, who))?.at ?? world.now);

function lacksReason({ kind, gate }: Ask, { vote, reason }: Vote, read: number): boolean {
  const wanted = gate.reason === 'always' || (gate.reason === 'deny' && vote === 'deny') || kind === 'audit';
  const fast = gate.reason_fast_s !== null && read < gate.reason_fast_s * 1000;
  return (wanted || fast) && seenLength(reason ?? '') < gate.reason_min_length;
}

/** Every kind must be there before somebody approves, also those that the gate of the change asks for. */
function lacksEvidence({ kind, gate, digest, evidence }: Ask, { vote, edit }: Vote): boolean {
  const own = edit !== null && edit.digest !== digest ? [...gate.evidence, ...edit.gate.evidence] : gate.evidence;
  return kind === 'approval' && vote !== 'deny' && own.some((wanted) => evidence.every((one) => one.kind !== wanted));
}

/** A grant must be able to live its whole life before its action is forgotten. */
export const isTooLate = ({ decided }: Action, { gate }: Ask, release_at: number | null): boolean =>
  release_at !== null &&
  release_at + gate.grant_ttl_s * 1000 > Math.min(decided.submitted_at, decided.proposed_at) + 8 * DAY;

/** Why the vote is not taken; null when it is. */
export function refuseVote(world: World, action: Action, ask: Ask, cast: Vote): Answer | null {
  const barred = bar(action, ask, cast);
  if (barred !== null) return no('not_eligible', barred);
  if (hasVoted(action, ask, cast)) return no('already_voted');
  if (ask.status !== 'pending') return no('already_terminal');
  if (!isTurnOf(ask, cast)) return no('not_eligible', 'stage');
  if (isFrozen(world, action)) return no('frozen');
  if (cast.packet_digest !== ask.packet) return no('stale_packet');
  return refuseWords(world, action, ask, cast);
}

function refuseWords(world: World, action: Action, ask: Ask, cast: Vote): Answer | null {
  const { vote, edit, release_at } = cast;
  const words = ask.kind === 'audit' ? ['harmful', 'harmless', 'unsure'] : ['approve', 'deny', 'approve_with_changes'];
  if (!words.includes(vote)) return no('vote_not_offered');
  const read = readFor(world, ask, cast);
  if (lacksReason(ask, cast, read)) return no('reason_required');
  if (lacksEvidence(ask, cast)) return no('evidence_required');
  if (ask.kind !== 'audit' && vote !== 'deny' && read < (ask.gate.min_dwell_s ?? 0) * 1000) return no('too_fast');
  if (isTooLate(action, ask, release_at)) return no('release_too_late');
  if (vote !== 'approve_with_changes') return null;
  if (edit === null) return no('parameters_required');
  const denied = edit.policy_decision === 'deny' || mergeGates(ask.gate, edit.gate) === null;
  return denied ? no('edit_denied_by_policy') : null;
}

/** An edit puts another version on the table: earlier votes count no more, and only the editor has seen it. */
function change(world: World, action: Action, ask: Ask, { edit, issuer, subject, roles }: Vote): void {
  if (edit === null) return;
  const voided = ask.votes.filter(({ counts }) => counts);
  for (const cast of voided) cast.counts = false;
  const editor = { issuer, subject, roles };
  action.edits.push({ digest: edit.digest, audit_packet: edit.audit_packet_digest, editor });
  // What holds where both bind is the contract's to say; gates.spec.ts asks it what it means.
  ask.gate = mergeGates(ask.gate, edit.gate) ?? ask.gate;
  ask.digest = edit.digest;
  ask.bare = edit.packet_digest;
  ask.packet = onTable(ask.bare, ask.evidence);
  ask.seen = ask.seen.filter(({ who }) => isSame(who, editor));
  say(world, 'VersionChanged', ask.id, edit.digest, ask.gate.name, voided.length);
}

export function takeVote(world: World, action: Action, ask: Ask, cast: Vote): void {
  const { issuer, subject, roles, vote, edit, release_at } = cast;
  const who = { issuer, subject, roles };
  if (vote === 'approve_with_changes' && ask.kind === 'approval' && edit?.digest !== ask.digest)
    change(world, action, ask, cast);
  const counts = bar(action, ask, who) === null && isTurnOf(ask, who);
  ask.votes.push({ who, vote, edits: action.edits.length, release_at, counts, again: false });
  leave(ask, who);
  const status = verdict(ask);
  const binds = counts && ask.kind === 'approval';
  say(world, 'VoteRecorded', ask.id, subject, vote, binds, status !== null);
  if (status === null) return;
  end(world, action, ask, { status, by: 'people', at: world.now });
  if (ask.kind === 'audit' && vote !== 'unsure') say(world, 'SampleLabelled', ask.id, vote, subject);
  if (ask.kind === 'approval' && status === 'approved') approve(world, action, ask);
}

/** Whoever has voted or stepped aside has it in hand no longer. */
export function leave(ask: Ask, who: Someone): void {
  if (isSame(ask.claim?.who ?? null, who)) ask.claim = null;
  if (isSame(ask.assignee, who)) ask.assignee = null;
}

function verdict({ kind, votes, gate, escalated }: Ask): string | null {
  if (kind === 'audit') return 'answered';
  const denials = votes.filter(({ counts, vote }) => counts && vote === 'deny').length;
  if (denials >= gate.deny_quorum) return 'denied';
  return isSatisfied(gate, approvers(votes), escalated) ? 'approved' : null;
}

function approve(world: World, action: Action, ask: Ask): void {
  const { gate, votes, digest } = ask;
  const times = votes.flatMap(({ counts, vote, release_at }) =>
    counts && vote !== 'deny' && release_at !== null ? [release_at] : [],
  );
  if (gate.hold) {
    action.hold = { status: 'held', at: times.length === 0 ? null : Math.max(...times) };
    say(world, 'HoldChanged', action.decided.action_id, 'held', action.hold.at, world.now);
  } else issue(world, action, digest, { at: world.now, ttl_s: gate.grant_ttl_s });
  sample(world, action);
}
