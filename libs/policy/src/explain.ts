import type { JsonValue } from '@countersign/canonical';
import type { PolicyAction } from './action.js';
import { classify, possibleCells } from './classify.js';
import type { CompiledType } from './compiled.js';
import type { PolicyVersion } from './decide.js';
import { decide } from './decide.js';
import type { Decision } from './decision.js';
import type { Fact } from './facts.js';
import { HIDDEN, readFacts, statedValue } from './facts.js';
import { shown } from './shown.js';
import { valueAt } from './pointer.js';
import type { Circumstances } from './rollout/circumstances.js';
import type { Evaluation, TrailEntry } from './trail.js';
import { judge, valuesOf } from './trail.js';
import { withVelocity } from './velocity/with-velocity.js';
import { ruleEntry } from './weigh.js';

/** How a fact was read. */
export interface FactExplanation {
  readonly name: string;
  readonly pointer: string;
  /** `other_source`: somebody else than the one who may state it stated it, so it counts as missing. */
  readonly status: 'known' | 'missing' | 'not_comparable' | 'other_source';
  /** Who may state it: `agent`, a named provider, or `log` for what is counted. */
  readonly stated_by: string;
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

const isThere = (raw: unknown): boolean => raw !== undefined && raw !== null;

function statusOf(fact: Fact, action: PolicyAction, { context }: Evaluation['values']): FactExplanation['status'] {
  if (Object.hasOwn(context, fact.name)) return 'known';
  if (isThere(statedValue(fact, action))) return 'not_comparable';
  return isThere(statedElsewhere(fact, action)) ? 'other_source' : 'missing';
}

/** What others than the fact's own source state for it: the agent, else a provider. */
function statedElsewhere({ tokens }: Fact, action: PolicyAction): unknown {
  const providers = Object.values(action.attestations ?? {}).map((signals) => valueAt({ signals }, tokens));
  return [valueAt(action, tokens), ...providers].find(isThere);
}

function explainFact(fact: Fact, action: PolicyAction, values: Evaluation['values']): FactExplanation {
  const { name, pointer, sensitive, source, group } = fact;
  const status = statusOf(fact, action, values);
  const known = { name, pointer, status, stated_by: group === null ? source : 'log' };
  if (sensitive && status !== 'missing') return { ...known, value: HIDDEN };
  if (status === 'known') return { ...known, value: shown(values.context[name]) };
  return { ...known, value: shown(statedValue(fact, action) ?? statedElsewhere(fact, action)) };
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

/**
 * The full explanation of one policy's decision. Never throws.
 * @param circumstances as `decide`
 */
export function explain(
  speaker: PolicyVersion,
  proposed: PolicyAction,
  circumstances: Circumstances | null = null,
): Explanation {
  const decision = decide(speaker, proposed, circumstances);
  const action = withVelocity(speaker.policy, proposed);
  const type = speaker.policy.types.get(action.action_type);
  if (type === undefined) return { decision, ...NOTHING };
  const evaluation: Evaluation = {
    values: readFacts(type.facts, action, type.usesPresence),
    trail: [],
    errored: false,
  };
  const classes = classify(type, evaluation);
  const places = type.cells !== null && classes !== null ? possibleCells(type.cells, classes) : [];
  const cells = [...new Set(places.map(({ cell }) => cell))];
  const rules = type.rules.map((rule) => {
    const { result, error } = rule.condition === null ? { result: true } : judge(rule.condition, evaluation);
    return ruleEntry(rule, result, evaluation, error);
  });
  return {
    decision,
    facts: type.facts.map((fact) => explainFact(fact, action, evaluation.values)),
    classification: explainClasses(type, evaluation),
    cells: cells.map(({ label, approval, gate }) => ({ cell: label, approval, gate: gate?.name ?? null })),
    rules,
  };
}
