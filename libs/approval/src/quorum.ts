import { shapesOf } from '@countersign/events';
import type { Gate, Quorum, Shape } from '@countersign/events';

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

type Parts = Pick<Gate, 'thresholds' | 'factors' | 'stages'>;

/** True for what asks for a number of people and nothing more. */
export const isPlain = ({ thresholds, factors, stages }: Parts): boolean =>
  thresholds.length === 0 && factors.length === 0 && stages.length === 0;

/** True where a vote counts whoever casts it: a plain gate that stands alone. Everywhere else it has to fill a place. */
export const countsAnybody = (gate: Gate): boolean => gate.all.length === 0 && isPlain(gate);

/** True when this person may fill a place of the quorum. */
export const fits = ({ roles, people }: Quorum, person: Approver): boolean =>
  people.includes(person.subject) || roles.some((role) => person.roles.includes(role));

/**
 * What a gate asks of people and how much of it is there, from the approvers alone.
 * @param approvers distinct people, in the order in which they approved
 */
export function approvalsBy(gate: Gate, approvers: readonly Approver[]): Approvals {
  if (gate.all.length > 0) return ofAll(gate.all, approvers);
  if (isPlain(gate)) return { required: Math.max(1, gate.quorum), given: approvers.length };
  const { required, given } = seatsOf(gate, approvers);
  return { required, given };
}

/** Gates that bind together: all of them must hold, and one approval counts in every one where it fits. */
function ofAll(all: readonly Shape[], approvers: readonly Approver[]): Approvals {
  const each = all.map((shape) => seatsOf(shape, approvers));
  const given = new Set(each.flatMap(({ seated, required }) => seated.slice(0, required))).size;
  return { required: given + Math.max(...each.map(missing)), given };
}

/** How far one shape is filled, and by whom. */
interface Seats extends Approvals {
  readonly seated: readonly Approver[];
}

/** The part that lacks the most people speaks for the shape. */
export function seatsOf(shape: Shape, approvers: readonly Approver[]): Seats {
  const { thresholds, factors, stages, quorum, roles, people } = shape;
  if (isPlain(shape)) return nearestThreshold([{ name: '', count: quorum, roles, people }], approvers);
  const parts = [
    ...(thresholds.length === 0 ? [] : [nearestThreshold(thresholds, approvers)]),
    ...(factors.length === 0 ? [] : [filledFactors(factors, approvers)]),
    ...(stages.length === 0 ? [] : [filledStages(stages, approvers)]),
  ];
  const { required, given } = parts.reduce((one, other) => (missing(other) > missing(one) ? other : one));
  return { required, given, seated: parts.flatMap(({ seated }) => seated) };
}

export const missing = ({ required, given }: Approvals): number => Math.max(0, required - given);

/** Any one threshold suffices: the one that lacks the fewest people speaks for the gate. */
function nearestThreshold(thresholds: readonly Quorum[], approvers: readonly Approver[]): Seats {
  const each = thresholds.map((one) => {
    const seated = approvers.filter((person) => fits(one, person));
    return { required: countOf(one), given: seated.length, seated };
  });
  return each.reduce((best, other) => (isNearer(other, best) ? other : best));
}

const isNearer = (a: Approvals, b: Approvals): boolean =>
  missing(a) < missing(b) || (missing(a) === missing(b) && a.given > b.given);

/** All factors by distinct people: as many places as can be filled at once, nobody in two of them. */
function filledFactors(factors: readonly Quorum[], approvers: readonly Approver[]): Seats {
  const required = factors.reduce((sum, one) => sum + countOf(one), 0);
  // More places of one factor than there are people cannot all be filled.
  const places = factors.flatMap((one) => Array.from({ length: Math.min(countOf(one), approvers.length) }, () => one));
  const seated = matched(places, approvers);
  return { required, given: seated.length, seated };
}

/** Those whom the largest matching of places and people seats, by augmenting paths. */
function matched(places: readonly Quorum[], people: readonly Approver[]): Approver[] {
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
  places.forEach((_, place) => seat(place, new Set()));
  return [...holder.keys()];
}

/** A stage, and how many of its places are filled. */
export interface FilledStage extends Seats {
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
    return { stage, required, given: taken.length, seated: taken };
  });
}

function filledStages(stages: readonly Quorum[], approvers: readonly Approver[]): Seats {
  const each = stagesFilled(stages, approvers);
  const sum = (of: (one: FilledStage) => number): number => each.reduce((all, one) => all + of(one), 0);
  const seated = each.flatMap((one) => one.seated);
  return { required: sum(({ required }) => required), given: sum(({ given }) => given), seated };
}

/** Every way into a shape: its own roles and people, and those of its parts. */
export const quorumsIn = ({ roles, people, thresholds, factors, stages, quorum }: Shape): readonly Quorum[] => [
  { name: '', count: quorum, roles, people },
  ...thresholds,
  ...factors,
  ...stages,
];

/** Every way into a gate. */
export const quorumsOf = (gate: Gate): readonly Quorum[] => shapesOf(gate).flatMap(quorumsIn);

/**
 * The gate as it is once the request is escalated: whoever has one of a gate's `escalate_roles` may fill any of its places,
 * as one person and no other. Without such roles an escalation opens nothing.
 */
export function escalatedGate(gate: Gate): Gate {
  if (gate.escalate_roles.length === 0) return gate;
  return { ...gate, ...opened(gate), all: gate.all.map((part) => ({ ...part, ...opened(part) })) };
}

function opened({
  roles,
  escalate_roles,
  thresholds,
  factors,
  stages,
}: Shape): Omit<Shape, 'name' | 'quorum' | 'people'> {
  const more = (own: readonly string[]): string[] => [...new Set([...own, ...escalate_roles])];
  const wider = (parts: readonly Quorum[]): Quorum[] => parts.map((part) => ({ ...part, roles: more(part.roles) }));
  return {
    ...{ roles: more(roles), escalate_roles, thresholds: wider(thresholds) },
    ...{ factors: wider(factors), stages: wider(stages) },
  };
}
