import { SdkError, type ActionDocument } from '@countersign/sdk';
import type { Person } from '../shared/callers.js';
import type { LocalReviewer } from '../shared/local-system.js';
import { castVote, type Ballot } from '../shared/vote.js';

/** Votes that another replay cast before; they are as good as ours. */
const ALREADY = new Set(['already_voted', 'already_terminal']);

export type SignedIn = (subject: string) => Promise<Person>;

/** People who hold one of the roles, beginning at another one each time, so that the work is spread. */
export function candidates(reviewers: readonly LocalReviewer[], roles: readonly string[], turn: number): string[] {
  const able = reviewers.filter((one) => one.roles.some((role) => roles.includes(role))).map((one) => one.subject);
  const first = able.length === 0 ? 0 : turn % able.length;
  return [...able.slice(first), ...able.slice(0, first)];
}

/** @returns whether the vote is in the log, ours or an earlier one; false when this person may not vote */
async function voteOnce(person: Person, requestId: string, ballot: Ballot): Promise<boolean> {
  try {
    await castVote(person, requestId, ballot);
    return true;
  } catch (error) {
    if (!(error instanceof SdkError)) throw error;
    if (error.code === 'not_eligible') return false;
    if (ALREADY.has(error.code)) return true;
    throw error;
  }
}

/**
 * Approves with as many distinct people as the gate needs, or denies with one.
 * @throws Error when too few people are eligible
 */
export async function decideRequest(
  action: ActionDocument,
  right: boolean,
  people: readonly string[],
  signedIn: SignedIn,
): Promise<void> {
  // Advice and audits decide nothing.
  if (action.request === null || action.request.kind !== 'approval') return;
  const { request_id, approvals } = action.request;
  let missing = right ? approvals.required : 1;
  const ballot: Ballot = right
    ? { vote: 'approve', reason: 'matches the expected action' }
    : { vote: 'deny', reason: 'not the expected action' };
  for (const subject of people) {
    if (missing === 0) return;
    if (await voteOnce(await signedIn(subject), request_id, ballot)) missing -= 1;
  }
  if (missing > 0) throw new Error(`Too few people may decide ${request_id}: ${missing} more are needed.`);
}
