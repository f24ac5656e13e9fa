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

/** True for a gate that asks for a number of people and nothing more. */
export const isPlain = ({ thresholds, factors, stages }: Gate): boolean =>
  thresholds.length === 0 && factors.length === 0 && stages.length === 0;

/** True when this person may fill a place of the quorum. */
export const fits = ({ roles, people }: Quorum, person: Approver): boolean =>
  people.includes(person.subject) || roles.some((role) => person.roles.includes(role));

/**
 * What a gate asks of people and how much of it is there, from the approvers alone.
 * @param approvers distinct people, in the order in which they approved
 */
export function approvalsBy(gate: Gate, approvers: readonly Approver[]): Approvals {
  if (isPlain(gate)) {
    return { required: Math.max(1, gate.quorum), given: approvers.length };
  }
  const parts = [
    ...(gate.thresholds.length === 0 ? [] : [nearestThreshold(gate.thresholds, approvers)]),
    ...(gate.factors.length === 0 ? [] : [filledFactors(gate.factors, approvers)]),
    ...(gate.stages.length === 0 ? [] : [filledStages(gate.stages, approvers)]),
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

/** A stage, and how many of its places are filled. */
export interface FilledStage extends Approvals {
  readonly stage: Quorum;
}

/** Each approver, in order, fills a place of the first stage that is not full, or none. */
export function stagesFilled(stages: readonly Quorum[], approvers: readonly Approver[]): readonly FilledStage[] {
  let left = [...approvers];
  return stages.map((stage) => {
    const required = countOf(stage);
    const taken = left.filter((person) => fits(stage, person)).slice(0, required);
    const last = taken.at(-1);
    // Those who approved before a stage was full cannot fill a later one.
    left = taken.length < required || last === undefined ? [] : left.slice(left.indexOf(last) + 1);
    return { stage, required, given: taken.length };
  });
}

function filledStages(stages: readonly Quorum[], approvers: readonly Approver[]): Approvals {
  const each = stagesFilled(stages, approvers);
  const sum = (of: (one: FilledStage) => number): number => each.reduce((all, one) => all + of(one), 0);
  return { required: sum(({ required }) => required), given: sum(({ given }) => given) };
}

/** Roles and people of the gate that let somebody vote: its own, and those of its thresholds, factors and stages. */
export const quorumsOf = ({ roles, people, thresholds, factors, stages, quorum }: Gate): readonly Quorum[] => [
  { name: '', count: quorum, roles, people },
  ...thresholds,
  ...factors,
  ...stages,
];
