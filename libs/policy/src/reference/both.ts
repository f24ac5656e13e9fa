import type { GateDeclaration, QuorumDeclaration } from '../gate-document.js';

type Gates = Readonly<Record<string, GateDeclaration>>;
interface Who {
  readonly roles: readonly string[];
  readonly people: readonly string[];
}

const within = (some: readonly string[], all: readonly string[]): boolean => some.every((one) => all.includes(one));

/** Whoever fits the one fits the other. */
const fitsIn = (one: Who, other: Who): boolean => within(one.roles, other.roles) && within(one.people, other.people);

/** A place for each person of a part; who is not named in it is named in its gate. */
const placesOf = (parts: readonly QuorumDeclaration[], gate: GateDeclaration): Who[] =>
  parts.flatMap((part) => {
    const who = part.roles.length + part.people.length > 0 ? part : gate;
    return Array.from({ length: part.count }, () => who);
  });

/** Tries every way of giving each wanted place a filled one of its own; in their order where that counts. */
function fill([first, ...rest]: readonly Who[], filled: readonly Who[], inOrder: boolean): boolean {
  if (first === undefined) return true;
  return filled.some((one, at) => {
    const left = inOrder ? filled.slice(at + 1) : filled.filter((_, other) => other !== at);
    return fitsIn(one, first) && fill(rest, left, inOrder);
  });
}

const alone = (gate: GateDeclaration): QuorumDeclaration => ({
  ...{ name: '', count: gate.quorum ?? 1, roles: gate.roles, people: gate.people },
});

/** Any one of these suffices; null where the gate has none. */
const choicesIn = (gate: GateDeclaration): readonly QuorumDeclaration[] =>
  gate.thresholds.length + gate.factors.length + gate.stages.length === 0 ? [alone(gate)] : gate.thresholds;

function metBy(wanted: GateDeclaration, groups: readonly (readonly Who[])[], turns: readonly Who[]): boolean {
  const has = (places: readonly Who[]): boolean => groups.some((group) => fill(places, group, false));
  const any = choicesIn(wanted);
  return (
    (any.length === 0 || any.some((one) => has(placesOf([one], wanted)))) &&
    (wanted.factors.length === 0 || has(placesOf(wanted.factors, wanted))) &&
    fill(placesOf(wanted.stages, wanted), turns, true)
  );
}

/** Whoever satisfies the one satisfies the other, in whichever of its ways. */
function asksForThePeopleOf(one: GateDeclaration, other: GateDeclaration): boolean {
  if (one.factors.length + one.stages.length < other.factors.length + other.stages.length) return false;
  const turns = placesOf(one.stages, one);
  const always = [placesOf(one.factors, one), turns];
  const any = choicesIn(one);
  const ways = any.length === 0 ? [always] : any.map((choice) => [placesOf([choice], one), ...always]);
  return ways.every((groups) => metBy(other, groups, turns));
}

const REASONS = ['never', 'deny', 'always'];
const holds = ({ hold, pattern }: GateDeclaration): boolean => hold ?? pattern === 'hold-before-send';
const dwells = ({ dwell, dwell_per_kb }: GateDeclaration): number => dwell ?? (dwell_per_kb === undefined ? -1 : 0);

/** Nothing of the other's own is missing in the one. */
function asksForTheCareOf(one: GateDeclaration, other: GateDeclaration): boolean {
  const audience = other.token.audience;
  return (
    REASONS.indexOf(one.reason) >= REASONS.indexOf(other.reason) &&
    one.reason_min_length >= other.reason_min_length &&
    (one.reason_fast ?? -1) >= (other.reason_fast ?? -1) &&
    dwells(one) >= dwells(other) &&
    within(other.evidence, one.evidence) &&
    within(other.exclude, one.exclude) &&
    (holds(one) || !holds(other)) &&
    (audience === undefined || audience === one.token.audience) &&
    (other.pattern !== 'dry-run' || one.pattern === 'dry-run')
  );
}

const implies = (one: GateDeclaration, other: GateDeclaration): boolean =>
  asksForThePeopleOf(one, other) && asksForTheCareOf(one, other);

const partsOf = (name: string, gates: Gates): GateDeclaration[] => name.split('+').flatMap((one) => gates[one] ?? []);

/** True where one gate, or several that bind together, ask for all of the other: each of the other's has one that does. */
export const impliesPlainly = (one: string, other: string, gates: Gates): boolean =>
  partsOf(other, gates).every((wanted) => partsOf(one, gates).some((asked) => implies(asked, wanted)));

/** Who binds where both do: the one that asks for all of the other, or both; null where they name two audiences. */
export function bothPlainly(one: string, other: string, gates: Gates): string | null {
  const named = [...partsOf(one, gates), ...partsOf(other, gates)].flatMap(({ token }) => token.audience ?? []);
  if (new Set(named).size > 1) return null;
  if (impliesPlainly(one, other, gates)) return one;
  if (impliesPlainly(other, one, gates)) return other;
  return [...new Set([...one.split('+'), ...other.split('+')])].join('+');
}
