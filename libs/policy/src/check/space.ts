import type { JsonValue } from '@countersign/canonical';
import type { PolicyAction } from '../action.js';
import type { CompiledType } from '../compiled.js';
import type { Condition } from '../condition.js';
import { languageOf } from '../condition.js';
import { readFacts } from '../facts.js';
import type { Atom, Atoms, Formula } from './formula.js';
import { atomsIn, formulaOf, truthOf } from './formula.js';
import type { Slot } from './slots.js';
import { actionWith, slotsOf } from './slots.js';

/** One value index for each slot; -1 is open. */
export type Choice = number[];

/** An action type as a finite space: its slots, and the answer of every atom for every choice of values. */
export interface Space {
  readonly slots: readonly Slot[];
  /** Whether the values stand for all there are, so that what is not found does not exist. */
  readonly exact: boolean;
  readonly formula: (condition: Condition | null) => Formula;
  /** Slots that a formula reads. */
  readonly slotsIn: (formula: Formula) => readonly number[];
  /** null: open, or not to be told. */
  readonly truth: (formula: Formula, choice: Choice) => boolean | null;
  readonly action: (choice: Choice) => PolicyAction;
}

type Ask = (atom: Atom, choice: Choice) => boolean | null;

const conditionsOf = ({ rules, axes }: CompiledType): Condition[] =>
  [...rules, ...(axes ?? []).flatMap(({ cases }) => cases)].flatMap(({ condition }) => condition ?? []);

function slotsOfAtom({ reads }: Atom, slots: readonly Slot[]): number[] {
  const named = (name: string): boolean => reads.facts.has(name) || reads.presence.has(name);
  return slots.flatMap(({ facts }, index) => (facts.some(({ name }) => named(name)) ? [index] : []));
}

/** Answers atoms with the engine's own reading and comparison, once for each combination of values. */
function askerOf(
  name: string,
  type: CompiledType,
  slots: readonly Slot[],
  places: (atom: Atom) => readonly number[],
): Ask {
  const language = languageOf(type.facts);
  const known = new Map<Atom, Map<string, boolean | null>>();
  const tests = new Map<Atom, (context: Record<string, unknown>) => unknown>();
  const answer = (atom: Atom, values: readonly (readonly [Slot, JsonValue | undefined])[]): boolean | null => {
    const test = tests.get(atom) ?? language.parse(atom.text);
    tests.set(atom, test);
    try {
      const result = test(readFacts(type.facts, actionWith(name, values), true).context);
      return typeof result === 'boolean' ? result : null;
    } catch {
      return null;
    }
  };
  return (atom, choice) => {
    const read = places(atom);
    if (read.some((slot) => choice[slot] === -1)) return null;
    const key = read.length === 1 ? String(choice[read[0] ?? 0]) : read.map((slot) => choice[slot]).join();
    const answers = known.get(atom) ?? new Map<string, boolean | null>();
    known.set(atom, answers);
    const before = answers.get(key);
    if (before !== undefined) return before;
    const values = read.flatMap((index) => {
      const slot = slots[index];
      return slot === undefined ? [] : [[slot, slot.values[choice[index] ?? -1]?.raw] as const];
    });
    const result = answer(atom, values);
    answers.set(key, result);
    return result;
  };
}

/** The value that an open slot gets: any that is there. */
const usual = (slot: Slot): JsonValue | undefined => slot.values[0]?.raw;

function remembered<K, V>(compute: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    const value = known.has(key) ? (known.get(key) as V) : compute(key);
    known.set(key, value);
    return value;
  };
}

/** Builds the space of one action type of a policy. */
export function spaceOf(name: string, type: CompiledType): Space {
  const atoms: Atoms = new Map();
  const formula = remembered((condition: Condition | null) => formulaOf(condition, atoms));
  const all = conditionsOf(type).map(formula).flatMap(atomsIn);
  const slots = slotsOf(
    type.facts,
    all.map(({ reads }) => reads),
  );
  const places = remembered((atom: Atom) => slotsOfAtom(atom, slots));
  const slotsIn = remembered((one: Formula) => [...new Set(atomsIn(one).flatMap(places))]);
  const ask = askerOf(name, type, slots, places);
  return {
    slots,
    exact: slots.every((slot) => slot.exact) && all.every((atom) => atom.reads.exact && places(atom).length <= 1),
    formula,
    slotsIn,
    truth: (one, choice) => truthOf(one, (atom) => ask(atom, choice)),
    action: (choice) =>
      actionWith(
        name,
        slots.map((slot, index) => {
          const chosen = slot.values[choice[index] ?? -1];
          return [slot, chosen === undefined ? usual(slot) : chosen.raw] as const;
        }),
      ),
  };
}
