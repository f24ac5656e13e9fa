import type { Gate } from '@countersign/events';
import { approvalsBy, fewestPeople, missing } from './quorum.js';
import type { Approvals } from './quorum.js';
import type { RequestState, VoteState } from './state.js';
import { personKey } from './state.js';

const REASONS = ['never', 'deny', 'always'];
const MAX_RANKED_FACTORS = 99;

/** How much a gate asks of people: the fewest who can satisfy it, then separate duties, then the duty to give a reason. */
const severity = (gate: Gate): number =>
  fewestPeople(gate) * 1_000 + Math.min(MAX_RANKED_FACTORS, gate.factors.length) * 10 + REASONS.indexOf(gate.reason);

/** The gate that asks more of people, the first one when they ask the same; it holds what either of them holds. */
export function stricterGate(current: Gate, other: Gate): Gate {
  const stricter = severity(other) > severity(current) ? other : current;
  return stricter.hold || !(current.hold || other.hold) ? stricter : { ...stricter, hold: true };
}

const isApproval = ({ vote }: VoteState): boolean => vote === 'approve' || vote === 'approve_with_changes';

/** Counted votes that satisfy `test`, one of each person: one person is one approval, whatever roles they have. */
function byPeople(votes: readonly VoteState[], test: (vote: VoteState) => boolean): VoteState[] {
  const counted = votes.filter((vote) => vote.counted && test(vote));
  return [...new Map(counted.map((vote) => [personKey(vote.issuer, vote.subject), vote])).values()];
}

/** What the gate asks of people and what is there, by the counted approvals of the current version. */
export const approvalsOf = ({ gate, votes }: RequestState): Approvals => approvalsBy(gate, byPeople(votes, isApproval));

/** Counted denials of the current version, by distinct people. */
export const denialsGiven = ({ votes }: RequestState): number => byPeople(votes, ({ vote }) => vote === 'deny').length;

/** True when enough distinct people approved. Asked again at redemption, from the votes themselves. */
export const quorumHolds = (request: RequestState): boolean =>
  request.gate.quorum >= 1 && missing(approvalsOf(request)) === 0;
