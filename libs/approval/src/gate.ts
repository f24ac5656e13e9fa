import type { Gate } from '@countersign/events';
import type { RequestState, VoteState } from './state.js';

const REASONS = ['never', 'deny', 'always'];

/** How much a gate asks of people: distinct approvers first, then the wider duty to give a reason. */
const severity = ({ quorum, reason }: Gate): number => quorum * 10 + REASONS.indexOf(reason);

/** The gate that asks more of people; the first one when they ask the same. */
export const stricterGate = (current: Gate, other: Gate): Gate =>
  severity(other) > severity(current) ? other : current;

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
