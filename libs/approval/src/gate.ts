import type { Gate } from '@countersign/events';
import type { RequestState, VoteState } from './state.js';

/** The gate that asks for more people; the first one when they ask for the same. */
export const stricterGate = (current: Gate, other: Gate): Gate => (other.quorum > current.quorum ? other : current);

const isApproval = ({ vote }: VoteState): boolean => vote === 'approve' || vote === 'approve_with_changes';

/** Distinct people whose counted vote satisfies `test`; one person is one approval, whatever roles they have. */
function people(votes: readonly VoteState[], test: (vote: VoteState) => boolean): number {
  const counted = votes.filter((vote) => vote.counted && test(vote));
  return new Set(counted.map(({ issuer, subject }) => `${issuer}\n${subject}`)).size;
}

/** Counted approvals of the current version, by distinct people. */
export const approvalsGiven = ({ votes }: RequestState): number => people(votes, isApproval);

/** Counted denials of the current version, by distinct people. */
export const denialsGiven = ({ votes }: RequestState): number => people(votes, ({ vote }) => vote === 'deny');

/** True when enough distinct people approved. Asked again at redemption, from the votes themselves. */
export const quorumHolds = (request: RequestState): boolean =>
  request.gate.quorum >= 1 && approvalsGiven(request) >= request.gate.quorum;
