import type { Gate, GatePart as Shape, Quorum } from '@countersign/events';

/** Somebody, as far as is known: null for an unknown issuer or unknown roles. */
export interface Someone {
  readonly issuer: string | null;
  readonly subject: string;
  readonly roles: readonly string[] | null;
}

type Asked = Pick<Quorum, 'roles' | 'people'>;

/** Two mentions of one person: subject and issuer, and an unknown issuer is anybody's. */
export const isSame = (one: Someone | null, other: Someone): boolean =>
  one?.subject === other.subject && (one.issuer === null || other.issuer === null || one.issuer === other.issuer);

export const fits = ({ roles, people }: Asked, who: Someone): boolean =>
  people.includes(who.subject) || roles.some((role) => who.roles?.includes(role));

/** Gates that bind together, or the one. Escalated, each place takes those whom its gate names for that too. */
function shapesOf(gate: Gate, escalated: boolean): Shape[] {
  const shapes: readonly Shape[] = gate.all.length > 0 ? gate.all : [gate];
  if (!escalated) return [...shapes];
  return shapes.map((one) => {
    const open = <T extends Asked>(part: T): T => ({ ...part, roles: [...part.roles, ...one.escalate_roles] });
    const [thresholds, factors, stages] = [one.thresholds.map(open), one.factors.map(open), one.stages.map(open)];
    return { ...open(one), thresholds, factors, stages };
  });
}

/** All ways into a gate: its own roles and people, and those of its parts. */
const waysInto = (one: Shape): Asked[] => [one, ...one.thresholds, ...one.factors, ...one.stages];

export const opensTo = (gate: Gate, escalated: boolean, who: Someone): boolean =>
  shapesOf(gate, escalated).some((shape) => waysInto(shape).some((way) => fits(way, who)));

const seatsOf = (parts: readonly Quorum[]): Quorum[] =>
  parts.flatMap((part) => Array.from({ length: part.count }, () => part));

/** Tries everybody in every seat. */
function canFill([first, ...rest]: readonly Quorum[], people: readonly Someone[]): boolean {
  if (first === undefined) return true;
  const others = (one: Someone): Someone[] => people.filter((other) => other !== one);
  return people.some((one) => fits(first, one) && canFill(rest, others(one)));
}

/** Places of the stages that are filled by these approvals, in order. */
function filledIn({ stages }: Pick<Shape, 'stages'>, people: readonly Someone[]): number {
  const seats = seatsOf(stages);
  let at = 0;
  for (const one of people) if (seats[at] !== undefined && fits(seats[at] as Quorum, one)) at += 1;
  return at;
}

/**
 * Whether somebody's approval would have its place now. Who could fill a later stage waits for it, and who fits nothing but
 * full stages is too late.
 */
export function isTurn(gate: Gate, escalated: boolean, people: readonly Someone[], who: Someone): boolean {
  const turns = shapesOf(gate, escalated).map((shape) => {
    const seats = seatsOf(shape.stages);
    const open = seats.slice(filledIn(shape, people));
    if (open[0] === undefined) return waysInto(shape).some((way) => fits(way, who)) ? 'now' : 'never';
    return fits(open[0], who) ? 'now' : open.some((seat) => fits(seat, who)) ? 'later' : 'over';
  });
  return !turns.includes('later') && (turns.includes('now') || !turns.includes('over'));
}

/** Do these distinct people, in the order of their approvals, satisfy the gate? */
export function isSatisfied(gate: Gate, people: readonly Someone[], escalated = false): boolean {
  if (gate.all.length === 0 && waysInto(gate).length === 1) return people.length >= gate.quorum;
  return shapesOf(gate, escalated).every((shape) => satisfies(shape, people));
}

function satisfies(shape: Shape, people: readonly Someone[]): boolean {
  const { thresholds, factors, stages, quorum } = shape;
  const has = (part: Asked, count: number): boolean => people.filter((one) => fits(part, one)).length >= count;
  if (thresholds.length + factors.length + stages.length === 0) return has(shape, quorum);
  const anyOf = thresholds.length === 0 || thresholds.some((part) => has(part, part.count));
  return anyOf && canFill(seatsOf(factors), people) && filledIn(shape, people) === seatsOf(stages).length;
}
