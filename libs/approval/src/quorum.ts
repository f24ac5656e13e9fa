import type { Gate, Quorum } from '@countersign/events';

/** Somebody who approved: with the issuer, one person, and the roles that the vote came with. */
export interface Approver {
  readonly issuer: string;
  readonly subject: string;
  readonly roles: readonly string[];
}

/** How far people have come. Enough of them approved exactly when `given` has reached `required`. */
export interface Approvals {
  /** Distinct people, 1 or more. */
  readonly required: number;
  /** Of those, how many are there: only approvals that fill a place count. */
  readonly given: number;
}

// A count below 1 would ask for nobody: it asks for one.
const countOf = ({ count }: Quorum): number => Math.max(1, count);

/** True when this person may fill a place of the quorum. */
const fits = ({ roles, people }: Quorum, person: Approver): boolean =>
  people.includes(person.subject) || roles.some((role) => person.roles.includes(role));

/**
 * What a gate asks of people and how much of it is there, from the approvers alone.
 * @param approvers distinct people
 */
export function approvalsBy(gate: Gate, approvers: readonly Approver[]): Approvals {
  if (gate.thresholds.length === 0 && gate.factors.length === 0) {
    return { required: Math.max(1, gate.quorum), given: approvers.length };
  }
  const parts = [
    ...(gate.thresholds.length === 0 ? [] : [nearestThreshold(gate.thresholds, approvers)]),
    ...(gate.factors.length === 0 ? [] : [filledFactors(gate.factors, approvers)]),
  ];
  return parts.reduce((one, other) => (missing(other) > missing(one) ? other : one));
}

export const missing = ({ required, given }: Approvals): number => Math.max(0, required - given);

/** Any one threshold suffices: the one that lacks the fewest people speaks for the gate. */
function nearestThreshold(thresholds: readonly Quorum[], approvers: readonly Approver[]): Approvals {
  const each = thresholds.map((one) => ({
    required: countOf(one),
    given: approvers.filter((person) => fits(one, person)).length,
  }));
  return each.reduce((best, other) => (isNearer(other, best) ? other : best));
}

const isNearer = (a: Approvals, b: Approvals): boolean =>
  missing(a) < missing(b) || (missing(a) === missing(b) && a.given > b.given);

/** All factors by distinct people: as many places as can be filled at once, nobody in two of them. */
function filledFactors(factors: readonly Quorum[], approvers: readonly Approver[]): Approvals {
  const required = factors.reduce((sum, one) => sum + countOf(one), 0);
  // More places of one factor than there are people cannot all be filled.
  const places = factors.flatMap((one) => Array.from({ length: Math.min(countOf(one), approvers.length) }, () => one));
  return { required, given: matched(places, approvers) };
}

/** Size of the largest matching of places and people, by augmenting paths. */
function matched(places: readonly Quorum[], people: readonly Approver[]): number {
  const holder = new Map<Approver, number>();
  const seat = (place: number, seen: Set<Approver>): boolean =>
    people.some((person) => {
      const wanted = places[place];
      if (wanted === undefined || seen.has(person) || !fits(wanted, person)) return false;
      seen.add(person);
      const held = holder.get(person);
      if (held !== undefined && !seat(held, seen)) return false;
      holder.set(person, place);
      return true;
    });
  return places.filter((_, place) => seat(place, new Set())).length;
}

/** The fewest people who can satisfy the gate, 1 or more. */
export const fewestPeople = (gate: Gate): number => approvalsBy(leastOf(gate), []).required;

// Of several thresholds the smallest one counts, whoever stands nearest to it.
const leastOf = (gate: Gate): Gate => ({
  ...gate,
  thresholds: [...gate.thresholds].sort((a, b) => countOf(a) - countOf(b)).slice(0, 1),
});

/** Roles and people of the gate that let somebody vote: its own, and those of its thresholds and factors. */
export const quorumsOf = ({ roles, people, thresholds, factors, quorum }: Gate): readonly Quorum[] => [
  { name: '', count: quorum, roles, people },
  ...thresholds,
  ...factors,
];
