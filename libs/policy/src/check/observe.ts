import type { PolicyAction } from '../action.js';
import { classify, possibleCells } from '../classify.js';
import type { Cell, CompiledType } from '../compiled.js';
import { readFacts } from '../facts.js';
import type { Evaluation } from '../trail.js';
import { judge } from '../trail.js';

/** What the engine says of one action, rule by rule. */
export interface Observation {
  readonly action: PolicyAction;
  /** In the order of the rules; null cannot be told. */
  readonly rules: readonly (boolean | null)[];
  /** Index of the rule that matches first for certain; -1 when none does, null when it cannot be told. */
  readonly first: number | null;
  /** The only cell in which it may stand; null without a matrix or when it may stand in several. */
  readonly cell: Cell | null;
}

function firstOf(rules: readonly (boolean | null)[]): number | null {
  const first = rules.findIndex((result) => result !== false);
  return first === -1 || rules[first] === true ? first : null;
}

/** Asks the engine itself, so that no claim rests on the search alone. */
export function observe(type: CompiledType, action: PolicyAction): Observation {
  const evaluation: Evaluation = { values: readFacts(type.facts, action, true), trail: [], errored: false };
  const rules = type.rules.map(({ condition }) => (condition === null ? true : judge(condition, evaluation).result));
  const classes = classify(type, evaluation);
  const places = type.cells !== null && classes !== null ? possibleCells(type.cells, classes) : [];
  const [cell, ...others] = new Set(places.map((place) => place.cell));
  return { action, rules, first: firstOf(rules), cell: cell !== undefined && others.length === 0 ? cell : null };
}
