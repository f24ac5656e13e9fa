import type { PolicyAction } from '../action.js';
import type { CompiledPolicy, CompiledType } from '../compiled.js';
import type { Formula } from './formula.js';
import type { Observation } from './observe.js';
import { observe } from './observe.js';
import type { Random } from './random.js';
import { anyAction } from './random.js';
import type { Budget, Wanted } from './search.js';
import { find, isSpent } from './search.js';
import type { Choice, Space } from './space.js';
import { spaceOf } from './space.js';

/** How far the checks look. */
export interface Effort {
  readonly random: Random;
  /** Random actions of each type where the search alone proves nothing. */
  readonly points: number;
  /** Questions for each search, and for all of them together. */
  readonly questions: number;
  readonly allQuestions: number;
}

/** One action type under inspection. */
export interface Inspection {
  readonly policy: CompiledPolicy;
  readonly name: string;
  readonly type: CompiledType;
  readonly space: Space;
  readonly effort: Effort;
  /** Questions that all searches of the policy may still ask. */
  readonly total: Budget;
  /** Searches of this type that ended before they had asked everything. */
  readonly cut: { count: number };
  /** Random actions, drawn when they are first needed. */
  readonly samples: () => readonly Observation[];
}

function samplesOf(name: string, type: CompiledType, space: Space, { random, points }: Effort): () => Observation[] {
  let drawn: Observation[] | null = null;
  return () => (drawn ??= Array.from({ length: points }, () => observe(type, anyAction(name, space, random))));
}

export function inspectionsOf(policy: CompiledPolicy, effort: Effort): Inspection[] {
  const total = { left: effort.allQuestions };
  return [...policy.types].map(([name, type]) => {
    const space = spaceOf(name, type);
    return {
      policy,
      name,
      type,
      space,
      effort,
      total,
      cut: { count: 0 },
      samples: samplesOf(name, type, space, effort),
    };
  });
}

/** Runs a search with its share of the questions. */
export function withBudget<T>(
  { effort, total, cut }: Inspection,
  search: (budget: Budget) => T,
): { found: T; whole: boolean } {
  const granted = Math.max(Math.min(effort.questions, total.left), 0);
  const budget = { left: granted };
  const found = search(budget);
  total.left -= granted - Math.max(budget.left, 0);
  if (isSpent(budget)) cut.count += 1;
  return { found, whole: !isSpent(budget) };
}

/** Result of looking for an input. */
export interface Sought {
  readonly witness: PolicyAction | null;
  /** With no witness: there is none. Otherwise none was found in `points` random actions either. */
  readonly proven: boolean;
  readonly points: number;
}

/** What is looked for, in the words of the search and in those of the engine. */
export interface Quest {
  readonly wanted: readonly Wanted[];
  readonly holds: (seen: Observation) => boolean;
}

const searched =
  ({ space }: Inspection, wanted: readonly Wanted[]) =>
  (budget: Budget): Choice | null =>
    find(space, wanted, budget);

/** Looks for an input; whatever is found has been shown to the engine. */
export function seek(inspection: Inspection, { wanted, holds }: Quest): Sought {
  const { space, type, effort } = inspection;
  const { found, whole } = withBudget(inspection, searched(inspection, wanted));
  const action = found === null ? null : space.action(found);
  if (action !== null && holds(observe(type, action))) return { witness: action, proven: true, points: 0 };
  if (action === null && whole && space.exact) return { witness: null, proven: true, points: 0 };
  const sample = inspection.samples().find(holds);
  return { witness: sample?.action ?? null, proven: false, points: effort.points };
}

export const isTrue = (formula: Formula): Wanted => ({ formula, is: true });
export const isFalse = (formula: Formula): Wanted => ({ formula, is: false });

/** Rule `index` matches and none before it does. */
export function matchesFirst({ type, space }: Inspection, index: number): Wanted[] {
  const formulas = type.rules.slice(0, index + 1).map(({ condition }) => space.formula(condition));
  return formulas.map((formula, at) => (at === index ? isTrue(formula) : isFalse(formula)));
}
