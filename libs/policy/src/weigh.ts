import type { Given, Place } from './classify.js';
import { FirstOf, isPossible } from './classify.js';
import type { Cell, CompiledRule, PolicyVerdict } from './compiled.js';
import { asksMore, bothGates } from './both-gates.js';
import type { CompiledGate } from './gates.js';
import type { Evaluation } from './trail.js';
import { judge, valuesOf } from './trail.js';

/** A verdict and who spoke it: a rule, a cell of the matrix, or neither (the fallback). */
export interface Choice {
  readonly verdict: PolicyVerdict;
  readonly gate: CompiledGate | null;
  readonly rule: CompiledRule | null;
  readonly cell: Cell | null;
}

/** Rises with strictness: an allowance is 0, a denial Infinity. */
export const severityOf = (verdict: PolicyVerdict, gate: CompiledGate | null): number =>
  verdict === 'deny' ? Infinity : verdict === 'allow' ? 0 : (gate?.severity ?? 0);

export const severityOfChoice = (choice: Choice | null): number =>
  choice === null ? -1 : severityOf(choice.verdict, choice.gate);

export const ruleChoice = (rule: CompiledRule): Choice => ({ verdict: rule.then, gate: rule.gate, rule, cell: null });
export const gateChoice = (gate: CompiledGate, cell: Cell | null): Choice => ({
  verdict: 'require_approval',
  gate,
  rule: null,
  cell,
});

/** A rule that could be the first match, or null for none, and what must hold for it. */
interface Match {
  readonly rule: CompiledRule | null;
  readonly given: Given;
}

/**
 * Every rule that could be the first match, in order, and null where perhaps none is: one that cannot be told may match, so
 * those after it may be the first too.
 */
export function matchRules(rules: readonly CompiledRule[], evaluation: Evaluation): readonly Match[] {
  const possible: Match[] = [];
  const first = new FirstOf();
  for (const rule of rules) {
    const { result, error } = rule.condition === null ? ALWAYS : judge(rule.condition, evaluation);
    if (result === false) continue;
    evaluation.trail.push(ruleEntry(rule, result, evaluation, error));
    possible.push({ rule, given: first.given(rule.condition, result) });
    if (result === true) return possible;
  }
  return [...possible, { rule: null, given: first.none }];
}

const ALWAYS: { result: true; error?: string } = { result: true };

export function ruleEntry(
  rule: CompiledRule,
  result: boolean | null,
  { values }: Evaluation,
  error?: string,
): Evaluation['trail'][number] {
  const { name, condition, gate, explanation, shows } = rule;
  return {
    rule: name,
    condition: condition?.text ?? 'otherwise',
    result,
    values: valuesOf(shows, values),
    ...(gate && { gate: gate.name }),
    ...(explanation && { explanation }),
    ...(error && { error }),
  };
}

/** Says no where two gates that both bind name two audiences: no token could be for both. */
export const TWO_AUDIENCES: CompiledRule = {
  ...{ name: 'two_audiences', condition: null, then: 'deny', gate: null, shows: [] },
  explanation: 'The gates that both bind name two audiences, and a token has one: give them the same `token.audience`.',
};

/** A choice with a gate that binds beside its own. Who spoke stays who spoke, unless the other gate says it all. */
export function alsoAsks(choice: Choice, gate: CompiledGate, cell: Cell | null): Choice {
  if (choice.verdict === 'deny') return choice;
  if (choice.gate === null) return gateChoice(gate, cell);
  const both = bothGates(choice.gate, gate);
  if (both === null) return ruleChoice(TWO_AUDIENCES);
  if (both.name === choice.gate.name) return { ...choice, gate: both };
  return both.name === gate.name ? { ...gateChoice(gate, cell), gate: both } : { ...choice, gate: both, cell };
}

/** What holds in one possible world: where this rule matches first, or none does, and the action stands in this cell. */
function together(rule: CompiledRule | null, cell: Cell | null, fallback: CompiledGate): Choice {
  const isBinding = cell?.approval === 'yes' || cell?.approval === 'undefined';
  if (rule !== null) {
    const said = ruleChoice(rule);
    return isBinding && cell.gate !== null ? alsoAsks(said, cell.gate, cell) : said;
  }
  return gateChoice(cell?.gate ?? fallback, cell === null || cell.approval === 'no' ? null : cell);
}

function isStricterThan(one: Choice, other: Choice): boolean {
  const difference = severityOfChoice(one) - severityOfChoice(other);
  if (one.gate === null || other.gate === null || difference !== 0) return difference > 0;
  return (
    asksMore(one.gate, other.gate) || (one.rule !== null && other.rule === null && !asksMore(other.gate, one.gate))
  );
}

const NO_MATRIX = [{ cell: null, given: new Map<string, boolean>() }];

/** The strictest choice of every possible world. `places` is null without a matrix. */
export function weigh(matches: readonly Match[], places: readonly Place[] | null, fallback: CompiledGate): Choice {
  let choice: Choice | null = null;
  for (const match of matches) {
    for (const place of places ?? NO_MATRIX) {
      if (!isPossible(match.given, place.given)) continue;
      const one = together(match.rule, place.cell, fallback);
      if (choice === null || isStricterThan(one, choice)) choice = one;
    }
  }
  return choice ?? gateChoice(fallback, null);
}
