import type { Gate, Quorum } from '@countersign/events';

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

/** All ways into the gate: its own roles and people, and those of its parts. */
const waysInto = (gate: Gate): Asked[] => [gate, ...gate.thresholds, ...gate.factors, ...gate.stages];

export const opensTo = (gate: Gate, escalated: boolean, who: Someone): boolean =>
  waysInto(gate).some((way) => fits(way, who)) || (escalated && fits({ roles: gate.escalate_roles, people: [] }, who));

const seatsOf = (parts: readonly Quorum[]): Quorum[] =>
  parts.flatMap((part) => Array.from({ length: part.count }, () => part));

/** Tries everybody in every seat. */
function canFill([first, ...rest]: readonly Quorum[], people: readonly Someone[]): boolean {
  if (first === undefined) return true;
  const others = (one: Someone): Someone[] => people.filter((other) => other !== one);
  return people.some((one) => fits(first, one) && canFill(rest, others(one)));
}

/** The stage whose turn it is after these approvals, in order; null when all are full. */
export function openStage({ stages }: Gate, people: readonly Someone[]): Quorum | null {
  const seats = seatsOf(stages);
  let at = 0;
  for (const one of people) if (seats[at] !== undefined && fits(seats[at] as Quorum, one)) at += 1;
  return seats[at] ?? null;
}

/** Do these distinct people, in the order of their approvals, satisfy the gate? */
export function isSatisfied(gate: Gate, people: readonly Someone[]): boolean {
  const { thresholds, factors, stages, quorum } = gate;
  if (thresholds.length + factors.length + stages.length === 0) return people.length >= quorum;
  const anyOf = thresholds.some((part) => people.filter((one) => fits(part, one)).length >= part.count);
  return (thresholds.length === 0 || anyOf) && canFill(seatsOf(factors), people) && openStage(gate, people) === null;
}

const sum = (parts: readonly Quorum[]): number => parts.reduce((all, { count }) => all + count, 0);

/** Distinct people it takes at least, reasons, separate duties, their order, a hold, evidence, time to read. */
function demands(gate: Gate): number[] {
  const { quorum, thresholds, factors, stages, reason, hold, evidence, min_dwell_s } = gate;
  const any = thresholds.length === 0 ? 0 : Math.min(...thresholds.map(({ count }) => count));
  const parts = factors.length + stages.length;
  const people = parts + thresholds.length === 0 ? quorum : Math.max(any, sum(factors), sum(stages));
  const last = [stages.length > 0, hold, evidence.length > 0, min_dwell_s !== null];
  return [people, ['never', 'deny', 'always'].indexOf(reason), parts, ...last.map(Number)];
}

function asksMore(one: Gate, other: Gate): boolean {
  const [left, right] = [demands(one), demands(other)];
  const at = left.findIndex((demand, index) => demand !== right[index]);
  return at >= 0 && (left[at] ?? 0) > (right[at] ?? 0);
}

/** What binds after an edit: the gate that asks more, with the hold, the evidence and the longer dwell of both. */
export function stricter(now: Gate, edit: Gate): Gate {
  const dwells = [now, edit].flatMap(({ min_dwell_s }) => min_dwell_s ?? []);
  return {
    ...(asksMore(edit, now) ? edit : now),
    hold: now.hold || edit.hold,
    evidence: [...new Set([...now.evidence, ...edit.evidence])],
    min_dwell_s: dwells.length === 0 ? null : Math.max(...dwells),
  };
}
