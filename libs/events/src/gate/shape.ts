import type { Gate, GatePart, Quorum } from '../generated/types.js';
import { isWithin } from './field.js';

/** Who must say yes: that of a gate by itself, or of one of those that bind together. */
export type Shape = GatePart;

/** Each of these must hold; one person's approval counts in every one where it fits. */
export const shapesOf = (gate: Gate): readonly Shape[] => (gate.all.length > 0 ? gate.all : [gate]);

type Counted = Pick<Shape, 'quorum' | 'thresholds' | 'factors' | 'stages'>;

// A count below 1 would ask for nobody: it asks for one.
const countOf = ({ count }: Pick<Quorum, 'count'>): number => Math.max(1, count);
const sumOf = (parts: readonly Quorum[]): number => parts.reduce((sum, part) => sum + countOf(part), 0);

function fewestOf({ quorum, thresholds, factors, stages }: Counted): number {
  const any = thresholds.length === 0 ? 0 : Math.min(...thresholds.map(countOf));
  const shaped = Math.max(any, sumOf(factors), sumOf(stages));
  return shaped === 0 ? Math.max(1, quorum) : shaped;
}

/** The fewest distinct people who can satisfy a gate, 1 or more: whoever fits several of its shapes counts in each. */
export const fewestPeople = ({ all = [], ...own }: Counted & { readonly all?: readonly Shape[] }): number =>
  all.length === 0 ? fewestOf(own) : Math.max(...all.map(fewestOf));

/** A place that one person fills. */
interface Seat {
  readonly roles: readonly string[];
  readonly people: readonly string[];
  /** Who may fill it too once the request is escalated. */
  readonly later: readonly string[];
}

/** Whoever may fill the one may fill the other, before and after an escalation. */
const fitsIn = (one: Seat, other: Seat): boolean =>
  isWithin(one.roles, other.roles) &&
  isWithin(one.people, other.people) &&
  isWithin(one.later, [...other.roles, ...other.later]);

const seatsOf = (parts: readonly Pick<Quorum, 'count' | 'roles' | 'people'>[], later: readonly string[]): Seat[] =>
  parts.flatMap(({ roles, people, count }) =>
    Array.from({ length: countOf({ count }) }, () => ({ roles, people, later })),
  );

const plainOf = ({ quorum, roles, people }: Shape): Pick<Quorum, 'count' | 'roles' | 'people'> => ({
  ...{ count: quorum, roles, people },
});

const isPlain = ({ thresholds, factors, stages }: Shape): boolean =>
  thresholds.length + factors.length + stages.length === 0;

/** Places that are surely filled, by distinct people within each group; `inOrder` in the order of the approvals. */
interface Way {
  readonly groups: readonly (readonly Seat[])[];
  readonly inOrder: readonly Seat[];
}

/** Every way in which a shape can be satisfied. */
function waysOf(shape: Shape): Way[] {
  const { factors, stages, thresholds, escalate_roles } = shape;
  if (isPlain(shape)) return [{ groups: [seatsOf([plainOf(shape)], escalate_roles)], inOrder: [] }];
  const inOrder = seatsOf(stages, escalate_roles);
  const always = [seatsOf(factors, escalate_roles), inOrder];
  if (thresholds.length === 0) return [{ groups: always, inOrder }];
  return thresholds.map((one) => ({ groups: [seatsOf([one], escalate_roles), ...always], inOrder }));
}

/** Whether each wanted place can have a filled one of its own that fits. */
function allHave(wanted: readonly Seat[], filled: readonly Seat[]): boolean {
  const taken = new Map<number, number>();
  const place = (at: number, tried: Set<number>): boolean =>
    filled.some((seat, index) => {
      const asked = wanted[at];
      if (asked === undefined || tried.has(index) || !fitsIn(seat, asked)) return false;
      tried.add(index);
      const other = taken.get(index);
      if (other !== undefined && !place(other, tried)) return false;
      taken.set(index, at);
      return true;
    });
  return wanted.every((_, at) => place(at, new Set()));
}

/** Whether the wanted places are filled in their order by some of these, in theirs. */
function followsIn(wanted: readonly Seat[], filled: readonly Seat[]): boolean {
  let at = 0;
  for (const seat of filled) {
    const asked = wanted[at];
    if (asked !== undefined && fitsIn(seat, asked)) at += 1;
  }
  return at === wanted.length;
}

function isMetBy(shape: Shape, { groups, inOrder }: Way): boolean {
  const { factors, stages, escalate_roles } = shape;
  const some = isPlain(shape) ? [plainOf(shape)] : shape.thresholds;
  const has = (wanted: readonly Seat[]): boolean => groups.some((filled) => allHave(wanted, filled));
  return (
    (some.length === 0 || some.some((one) => has(seatsOf([one], escalate_roles)))) &&
    (factors.length === 0 || has(seatsOf(factors, escalate_roles))) &&
    followsIn(seatsOf(stages, escalate_roles), inOrder)
  );
}

/** Separate duties of a shape. */
export const dutiesIn = ({ factors, stages }: Pick<Shape, 'factors' | 'stages'>): number =>
  factors.length + stages.length;

const impliesOne = (one: Shape, other: Shape): boolean =>
  dutiesIn(one) >= dutiesIn(other) && waysOf(one).every((way) => isMetBy(other, way));

/** True where whoever satisfies the first gate's shapes has satisfied the second's: same or wider roles, no more people. */
export const impliesShape = (one: Gate, other: Gate): boolean =>
  shapesOf(other).every((wanted) => shapesOf(one).some((shape) => impliesOne(shape, wanted)));

/** The fields that say who must say yes, and until when nobody else may. */
export type ShapeFields = Pick<Gate, keyof Omit<Shape, 'name'> | 'all' | 'escalate_s'>;

const partOf = ({ name, quorum, roles, people, escalate_roles, thresholds, factors, stages }: Shape): Shape => ({
  ...{ name, quorum, roles, people, escalate_roles, thresholds, factors, stages },
});

const unique = <T>(items: readonly T[]): T[] => [...new Set(items)];

/** Leaves out what another one of them implies. */
const needed = (shapes: readonly Shape[]): Shape[] =>
  shapes.filter(
    (one, at) =>
      !shapes.some((other, index) => index !== at && impliesOne(other, one) && (index < at || !impliesOne(one, other))),
  );

/** A shape's own way of saying who may vote: its roles and people, and those of its parts. */
const votersOf = (shapes: readonly Shape[]): readonly Pick<Quorum, 'roles' | 'people'>[] =>
  shapes.flatMap((one) => [one, ...one.thresholds, ...one.factors, ...one.stages]);

/** Nobody votes by an escalation before every gate that widens has escalated; a call for help alone comes with the first. */
function escalationOf(gates: readonly Gate[]): number | null {
  const times = (some: readonly Gate[]): number[] => some.flatMap(({ escalate_s }) => escalate_s ?? []);
  const widening = times(gates.filter(({ escalate_roles }) => escalate_roles.length > 0));
  if (widening.length > 0) return Math.max(...widening);
  const all = times(gates);
  return all.length === 0 ? null : Math.min(...all);
}

/** Who must say yes where both gates bind: the one's shape where it implies the other's, else every shape of both. */
export function mergeShapes(one: Gate, other: Gate): ShapeFields {
  const [whole, part] = impliesShape(one, other) ? [one, other] : [other, one];
  const { quorum, roles, people, escalate_roles, thresholds, factors, stages, all } = whole;
  const widens = escalate_roles.length > 0 ? [whole] : [whole, { ...part, escalate_roles: [] }];
  if (impliesShape(whole, part))
    return {
      quorum,
      roles,
      people,
      escalate_roles,
      thresholds,
      factors,
      stages,
      all,
      escalate_s: escalationOf(widens),
    };
  const shapes = needed([...shapesOf(one), ...shapesOf(other)]).map(partOf);
  return {
    ...{ quorum: Math.max(...shapes.map(fewestOf)), thresholds: [], factors: [], stages: [], all: shapes },
    roles: unique(votersOf(shapes).flatMap((voter) => voter.roles)),
    people: unique(votersOf(shapes).flatMap((voter) => voter.people)),
    escalate_roles: unique(shapes.flatMap((shape) => shape.escalate_roles)),
    escalate_s: escalationOf([one, other]),
  };
}
