import { gateStrictness } from '@countersign/events';
import type { Gate } from '@countersign/events';
import { approvalsBy, fits, missing, stagesFilled } from './quorum.js';
import type { Approvals, Approver, FilledStage } from './quorum.js';
import type { RequestState, VoteState } from './state.js';
import { personKey } from './state.js';

/** The shorter life; none where either of them has none. */
const shorter = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : Math.min(a, b);

const longer = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.max(a, b);

/**
 * The gate that asks more of people, the first one when they ask the same. It holds what either of them holds, wants the
 * evidence of both, lets nobody approve sooner than either of them does, and grants no exception and no glass to
 * break unless both do.
 */
export function stricterGate(current: Gate, other: Gate): Gate {
  const [most, least] = gateStrictness(other) > gateStrictness(current) ? [other, current] : [current, other];
  const hold = most.hold || least.hold;
  const evidence = [...new Set([...most.evidence, ...least.evidence])];
  const min_dwell_s = longer(most.min_dwell_s, least.min_dwell_s);
  const break_glass_s = shorter(most.break_glass_s, least.break_glass_s);
  const permit = most.permit.filter((duty) => least.permit.includes(duty));
  const both = { hold, min_dwell_s, break_glass_s };
  const isWhole =
    evidence.length === most.evidence.length &&
    permit.length === most.permit.length &&
    (Object.keys(both) as (keyof typeof both)[]).every((name) => both[name] === most[name]);
  return isWhole ? most : { ...most, ...both, evidence, permit };
}

export const isApproval = ({ vote }: Pick<VoteState, 'vote'>): boolean =>
  vote === 'approve' || vote === 'approve_with_changes';

/** Counted votes that satisfy `test`, one of each person: one person is one approval, whatever roles they have. */
function byPeople(votes: readonly VoteState[], test: (vote: VoteState) => boolean): VoteState[] {
  const counted = votes.filter((vote) => vote.counted && test(vote));
  return [...new Map(counted.map((vote) => [personKey(vote.issuer, vote.subject), vote])).values()];
}

/** What the gate asks of people and what is there, by the counted approvals of the current version. */
export const approvalsOf = ({ gate, votes }: RequestState): Approvals => approvalsBy(gate, byPeople(votes, isApproval));

/** How many places of each stage are filled, in order. */
export const stagesOf = ({ gate, votes }: RequestState): readonly FilledStage[] =>
  stagesFilled(gate.stages, byPeople(votes, isApproval));

/** True where another stage is being filled than one that this person fits; an audit is answered out of turn. */
export function isOutOfTurn(request: RequestState, person: Approver): boolean {
  if (request.kind === 'audit' || request.gate.stages.length === 0) return false;
  const open = stagesOf(request).find(({ required, given }) => given < required);
  return open !== undefined && !fits(open.stage, person);
}

/**
 * True when the approval of this person would bring the gate nearer: factors want places filled that are still free. Any of
 * the thresholds may be the one that is reached.
 */
export function bringsNearer({ gate, votes }: RequestState, person: Approver): boolean {
  if (gate.factors.length === 0) return true;
  const there = byPeople(votes, isApproval);
  return approvalsBy(gate, [...there, person]).given > approvalsBy(gate, there).given;
}

/** Counted denials of the current version, by distinct people. */
export const denialsGiven = ({ votes }: RequestState): number => byPeople(votes, ({ vote }) => vote === 'deny').length;

/** True when enough distinct people approved. Asked again at redemption, from the votes themselves. */
export const quorumHolds = (request: RequestState): boolean =>
  request.gate.quorum >= 1 && missing(approvalsOf(request)) === 0;
