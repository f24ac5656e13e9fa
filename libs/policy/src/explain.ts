import type { JsonValue } from '@countersign/canonical';
import type { PolicyAction } from './action.js';
import { classify, possibleCells } from './classify.js';
import type { CompiledType } from './compiled.js';
import type { PolicyVersion } from './decide.js';
import { decide } from './decide.js';
import type { Decision } from './decision.js';
import { HIDDEN, readFacts, shown, statedValue } from './facts.js';
import type { Evaluation, TrailEntry } from './trail.js';
import { judge, valuesOf } from './trail.js';
import { ruleEntry } from './weigh.js';

/** How a fact was read. */
export interface FactExplanation {
  readonly name: string;
  readonly pointer: string;
  readonly status: 'known' | 'missing' | 'not_comparable';
  readonly value: JsonValue;
}

/** Everything that policy saw and asked, also what did not decide. */
export interface Explanation {
  readonly decision: Decision;
  readonly facts: readonly FactExplanation[];
  readonly classification: readonly TrailEntry[];
  /** Cells of the matrix in which the action may stand. */
  readonly cells: readonly { cell: string; approval: string; gate: string | null }[];
  /** Every rule, in order, each judged on its own. */
  readonly rules: readonly TrailEntry[];
}

function explainFacts(type: CompiledType, action: PolicyAction, { context }: Evaluation['values']): FactExplanation[] {
  return type.facts.map((fact) => {
    const { name, pointer, sensitive } = fact;
    const raw = statedValue(fact, action);
    const status = Object.hasOwn(context, name)
      ? 'known'
      : raw === undefined || raw === null
        ? 'missing'
        : 'not_comparable';
    if (sensitive && status !== 'missing') return { name, pointer, status, value: HIDDEN };
    return { name, pointer, status, value: status === 'known' ? shown(context[name]) : shown(raw) };
  });
}

function explainClasses(type: CompiledType, evaluation: Evaluation): TrailEntry[] {
  return (type.axes ?? []).flatMap((axis) =>
    axis.cases.map(({ label, condition }) =>
      condition === null
        ? { rule: label, condition: 'otherwise', result: true, values: {} }
        : {
            rule: label,
            condition: condition.text,
            ...judge(condition, evaluation),
            values: valuesOf(condition.facts, evaluation.values),
          },
    ),
  );
}

const NOTHING = { facts: [], classification: [], cells: [], rules: [] };

/** The full explanation of one policy's decision. Never throws. */
export function explain(speaker: PolicyVersion, action: PolicyAction): Explanation {
  const decision = decide(speaker, action);
  const type = speaker.policy.types.get(action.action_type);
  if (type === undefined) return { decision, ...NOTHING };
  const evaluation: Evaluation = {
    values: readFacts(type.facts, action, type.usesPresence),
    trail: [],
    errored: false,
  };
  const classes = classify(type, evaluation);
  const cells = type.cells !== null && classes !== null ? possibleCells(type.cells, classes) : [];
  const rules = type.rules.map((rule) => {
    const { result, error } = rule.condition === null ? { result: true } : judge(rule.condition, evaluation);
    return ruleEntry(rule, result, evaluation, error);
  });
  return {
    decision,
    facts: explainFacts(type, action, evaluation.values),
    classification: explainClasses(type, evaluation),
    cells: cells.map(({ label, approval, gate }) => ({ cell: label, approval, gate: gate?.name ?? null })),
    rules,
  };
}
