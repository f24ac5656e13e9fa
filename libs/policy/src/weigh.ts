import type { Cell, CompiledRule, PolicyVerdict } from './compiled.js';
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

/** The strictest rule that could be the first match, and whether some rule matches for certain. */
export interface RuleResult {
  readonly strictest: CompiledRule | null;
  readonly certain: boolean;
}

/** Goes through the rules in order. A rule that cannot be told may match, so those after it may be the first match too. */
export function matchRules(rules: readonly CompiledRule[], evaluation: Evaluation): RuleResult {
  let strictest: CompiledRule | null = null;
  for (const rule of rules) {
    const { result, error } = rule.condition === null ? ALWAYS : judge(rule.condition, evaluation);
    if (result === false) continue;
    evaluation.trail.push(ruleEntry(rule, result, evaluation, error));
    if (strictest === null || severityOf(rule.then, rule.gate) > severityOf(strictest.then, strictest.gate))
      strictest = rule;
    if (result === true) return { strictest, certain: true };
  }
  return { strictest, certain: false };
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

/** The gate that a cell asks for when the rules matched for certain, or not; null when it asks for none. */
function cellGate(cell: Cell, certain: boolean, fallback: CompiledGate): CompiledGate | null {
  if (cell.approval === 'yes' || cell.approval === 'undefined') return cell.gate;
  if (certain) return null;
  return cell.gate ?? fallback;
}

/** The strictest verdict over every cell and every first match that is possible. `cells` is null without a matrix. */
export function weigh(
  { strictest, certain }: RuleResult,
  cells: readonly Cell[] | null,
  fallback: CompiledGate,
): Choice {
  let choice = strictest === null ? null : ruleChoice(strictest);
  for (const cell of cells ?? []) {
    const gate = cellGate(cell, certain, fallback);
    if (gate !== null && gate.severity > severityOfChoice(choice))
      choice = gateChoice(gate, cell.approval === 'no' ? null : cell);
  }
  if (cells === null && !certain && fallback.severity > severityOfChoice(choice)) choice = gateChoice(fallback, null);
  return choice ?? gateChoice(fallback, null);
}
