import type { AcceptedVote } from './facts.js';

/** Actions of whose binding request a vote counts that somebody cast by exception (`permit` of the gate). */
export const exceptions = (votes: readonly AcceptedVote[]): number =>
  new Set(
    votes
      .filter(({ request_kind, counted, exception }) => request_kind === 'approval' && counted && exception !== null)
      .map(({ action_id }) => action_id),
  ).size;

export interface Burden {
  readonly reviewer_id: string;
  /** Days since 1970-01-01, UTC. */
  readonly day: number;
  /** Distinct actions with an accepted vote. */
  readonly actions: number;
  /** Minutes from packet opened to vote, each at most 30; null when no packet was opened. */
  readonly minutes: number | null;
}

const DAY_MS = 86_400_000;
const CAP_MS = 30 * 60_000;

/** Reviewer burden per person and UTC day, in the order of day and person. */
export function reviewerBurden(votes: readonly AcceptedVote[]): Burden[] {
  const groups = new Map<string, AcceptedVote[]>();
  for (const vote of votes) {
    const key = JSON.stringify([Math.floor(vote.voted_at / DAY_MS), vote.reviewer_id]);
    groups.set(key, [...(groups.get(key) ?? []), vote]);
  }
  return [...groups.values()].map(burdenOf).sort((a, b) => a.day - b.day || (a.reviewer_id < b.reviewer_id ? -1 : 1));
}

function burdenOf(votes: readonly AcceptedVote[]): Burden {
  const shown = votes.flatMap(({ voted_at, shown_at }) =>
    shown_at === null ? [] : [Math.min(voted_at - shown_at, CAP_MS)],
  );
  const handled = shown.reduce((sum, ms) => sum + ms, 0);
  const [first] = votes;
  return {
    reviewer_id: first?.reviewer_id ?? '',
    day: Math.floor((first?.voted_at ?? 0) / DAY_MS),
    actions: new Set(votes.map(({ action_id }) => action_id)).size,
    minutes: shown.length === 0 ? null : handled / 60_000,
  };
}
