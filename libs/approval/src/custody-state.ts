import type { Gate } from '@countersign/events';

/** One person: the issuer is null where only the subject is known. */
export interface Holder {
  readonly issuer: string | null;
  readonly subject: string;
}

export type CustodyWord =
  'claim' | 'release' | 'claim_lapsed' | 'assign' | 'reassign' | 'recuse' | 'escalate' | 'comment' | 'remind';

/** One thing that happened to a request beside its votes: who did it, to whom, and why. */
export interface CustodyFact {
  readonly what: CustodyWord;
  /** UTC epoch milliseconds of log time. */
  readonly at: number;
  /** null when the clock did it. */
  readonly issuer: string | null;
  readonly subject: string | null;
  readonly to_subject: string | null;
  readonly reason: string | null;
  /** What a comment says. Untrusted. */
  readonly text: string | null;
  readonly claim_until: number | null;
  /** Which reminder, 1 for the first; 0 for everything else. */
  readonly nth: number;
}

/** In whose hands a request is, and its clocks besides expiry. Times are UTC epoch milliseconds of log time. */
export interface CustodyState {
  assignee: Holder | null;
  /** Who looks at it now. A courtesy: it hides the request from the queues of others and keeps nobody from voting. */
  claimed_by: Holder | null;
  claimed_at: number | null;
  /** When the claim lapses by itself. */
  claim_until: number | null;
  /** Who may no longer vote or be assigned, in the order in which they said so; null for nobody. */
  recused: Holder[] | null;
  escalated_at: number | null;
  /** Reminders so far. */
  reminders: number;
  /** The gate at opening: its clocks hold for the whole life of the request, also when an edit makes it stricter. */
  readonly clocks: Gate;
  /** Part of the gate's time to respond that the agent leaves, above 0 to 1: reminders come so much sooner. */
  readonly pace: number;
  /** What happened, in order; null for nothing. */
  custody: CustodyFact[] | null;
  /** Refusals by their code; null for none. */
  refusals: Map<string, number> | null;
}

/** What is known of a request that has just opened. */
export const openCustody = (clocks: Gate, pace: number): CustodyState => ({
  assignee: null,
  claimed_by: null,
  claimed_at: null,
  claim_until: null,
  recused: null,
  escalated_at: null,
  reminders: 0,
  clocks,
  pace,
  custody: null,
  refusals: null,
});

/** True when both are the same person, as far as is known. */
export const isSame = (holder: Holder | null, person: Holder): boolean =>
  holder !== null &&
  holder.subject === person.subject &&
  (holder.issuer === null || person.issuer === null || holder.issuer === person.issuer);

export const isRecused = ({ recused }: CustodyState, person: Holder): boolean =>
  recused?.some((one) => isSame(one, person)) ?? false;

/** True when the service has said that nobody can be assigned, and nobody was assigned since. */
export function isLeftInPool({ custody }: Pick<CustodyState, 'custody'>): boolean {
  const last = custody?.findLast(isHandOver);
  return last !== undefined && last.to_subject === null;
}

/** True for a fact that put the request into other hands, or into nobody's. */
export const isHandOver = ({ what }: CustodyFact): boolean => what === 'assign' || what === 'reassign';

type Noted = Pick<CustodyFact, 'what' | 'at'> & Partial<CustodyFact>;

/** Adds a fact to the request's history. */
export function note(request: CustodyState, fact: Noted): void {
  const nothing = {
    issuer: null,
    subject: null,
    to_subject: null,
    reason: null,
    text: null,
    claim_until: null,
    nth: 0,
  };
  (request.custody ??= []).push({ ...nothing, ...fact });
}
