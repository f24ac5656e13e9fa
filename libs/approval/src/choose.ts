import { instant } from './document.js';

/** Somebody who may vote on a request. */
export interface Candidate {
  readonly subject: string;
  /** Roles that the roster gives to this person. */
  readonly roles: readonly string[];
  /** Requests that are assigned to this person or in work by them. */
  readonly open: number;
  /** Most requests at once, 1 or more. */
  readonly limit: number;
  /** End of a time out of office, UTC epoch milliseconds; null for somebody who is there. */
  readonly away_until: number | null;
  /** When this person was last handed a request, on any scale that grows; below 0 for never. */
  readonly last_at: number;
}

export interface Turn {
  readonly request_id: string;
  /** Who was last handed a request of the same agent; null for nobody. */
  readonly last: string | null;
  /** Who stands in for the person who had the request, in this order; empty where nobody is replaced. */
  readonly alternates: readonly string[];
}

/** Whom to ask, or null for nobody, and why. */
export interface Choice {
  readonly candidate: Candidate | null;
  readonly reason: string;
}

/** People named in a reason. */
const MAX_NAMED = 5;

/**
 * Whose turn it is, among those who are there and below their limit: the first alternate; else whoever has least open,
 * but not who had the agent's last request while somebody else can be asked; then whoever has waited longest. What is
 * still equal is decided by a hash of the request, so that every instance chooses alike.
 */
export function choose(candidates: readonly Candidate[], turn: Turn): Choice {
  const free = candidates.filter(isFree);
  if (free.length === 0) return { candidate: null, reason: because('nobody can be assigned', missedOf(candidates)) };
  const alternate = turn.alternates.flatMap((subject) => free.filter((one) => one.subject === subject))[0];
  if (alternate !== undefined) return chosen(alternate, 'the alternate', missedOf(candidates));
  const others = free.filter(({ subject }) => subject !== turn.last);
  const [next = null] = (others.length === 0 ? free : others).toSorted((a, b) => order(a, b, turn.request_id));
  if (next === null) return { candidate: null, reason: 'nobody can be assigned' };
  const spared = others.length === 0 || others.length === free.length ? [] : [`${turn.last} had this agent's last one`];
  return chosen(next, 'next in rotation', [...spared, ...missedOf(candidates)]);
}

const isFree = ({ away_until, open, limit }: Candidate): boolean => away_until === null && open < limit;

const chosen = (candidate: Candidate, what: string, notes: readonly string[]): Choice => ({
  candidate,
  reason: because(what, [`${candidate.open} open of ${candidate.limit}`, ...notes]),
});

const because = (what: string, notes: readonly string[]): string =>
  notes.length === 0 ? what : `${what} (${notes.join('; ')})`;

/** Those who could have been asked and were not, and why. */
function missedOf(candidates: readonly Candidate[]): string[] {
  const missed = candidates.filter((one) => !isFree(one)).map(hindranceOf);
  const more = missed.length - MAX_NAMED;
  return more > 0 ? [...missed.slice(0, MAX_NAMED), `${more} more cannot either`] : missed;
}

const hindranceOf = ({ subject, away_until, open, limit }: Candidate): string =>
  away_until === null ? `${subject} has ${open} open of ${limit}` : `${subject} is away until ${instant(away_until)}`;

function order(a: Candidate, b: Candidate, requestId: string): number {
  return a.open - b.open || a.last_at - b.last_at || lot(requestId, a.subject) - lot(requestId, b.subject);
}

/** FNV-1a: any even spread will do, and nobody gains by knowing it. */
function lot(requestId: string, subject: string): number {
  let hash = 0x811c9dc5;
  for (const char of `${requestId}\n${subject}`) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash;
}
