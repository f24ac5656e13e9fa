import type { PolicyAction } from './action.js';
import type { Classes } from './classify.js';
import { classify, possibleCells, severest } from './classify.js';
import type { CompiledPolicy, CompiledType, PolicyVerdict } from './compiled.js';
import { LEVELS } from './compiled.js';
import type { Decision } from './decision.js';
import type { ModeName } from './document.js';
import { readFacts } from './facts.js';
import type { CompiledGate } from './gates.js';
import type { Evaluation, TrailEntry } from './trail.js';
import type { Choice } from './weigh.js';
import { windowTrail } from './velocity/trail.js';
import { withVelocity } from './velocity/with-velocity.js';
import { gateChoice, matchRules, severityOfChoice, weigh } from './weigh.js';

/** A policy and its number. */
export interface PolicyVersion {
  readonly policy: CompiledPolicy;
  /** 1 or more. */
  readonly version: number;
}

interface Binding {
  readonly effective_decision: PolicyVerdict;
  readonly mode: ModeName;
  readonly bypass: string | null;
}

/** What binds. An errored evaluation is lifted by nothing: neither by a bypass nor by a mode. */
function bind(policy: CompiledPolicy, environment: string, verdict: PolicyVerdict, errored: boolean): Binding {
  const override = policy.environments.get(environment);
  const mode = override?.mode ?? policy.mode;
  if (errored) return { effective_decision: verdict, mode, bypass: null };
  const binds = mode === 'enforce' || mode === 'partial';
  const bypassed = binds && override?.bypass === true && verdict === 'require_approval';
  return { effective_decision: bypassed || !binds ? 'allow' : verdict, mode, bypass: bypassed ? environment : null };
}

const levelsOf = (classes: Classes | null): Pick<Decision, 'impact' | 'reversibility' | 'regulatory_pressure'> => ({
  impact: classes && (LEVELS.impact[severest(classes.impact)] ?? null),
  reversibility: classes && (LEVELS.reversibility[severest(classes.reversibility)] ?? null),
  regulatory_pressure: classes && (LEVELS.regulatory_pressure[severest(classes.regulatory_pressure)] ?? null),
});

/** The form of the gate for this impact: high impact is answered sooner. */
const formOf = (gate: CompiledGate, impact: string | null): CompiledGate['usual'] =>
  impact === 'high' ? gate.urgent : gate.usual;

interface Outcome {
  readonly choice: Choice;
  readonly classes: Classes | null;
  readonly evaluation: Evaluation;
}

function decisionOf(
  { policy, version }: PolicyVersion,
  environment: string,
  { choice, classes, evaluation }: Outcome,
): Decision {
  const { verdict, gate, rule } = choice;
  const levels = levelsOf(classes);
  const binding = bind(policy, environment, verdict, evaluation.errored);
  return {
    policy_decision: verdict,
    ...binding,
    policy_name: policy.name,
    policy_version: version,
    rule: rule?.name ?? null,
    ...levels,
    unknown: evaluation.values.missing.map(({ pointer }) => pointer),
    trail: evaluation.trail,
    gate: binding.effective_decision === 'require_approval' && gate !== null ? formOf(gate, levels.impact) : null,
    grant_ttl_s: policy.allowGrantTtlSeconds,
  };
}

/** The entry that says why something other than a rule decided. */
function choiceEntry({ cell, gate }: Choice, errored: boolean): TrailEntry {
  const named = gate === null ? {} : { gate: gate.name };
  if (cell !== null)
    return { rule: 'matrix', condition: cell.label, result: true, values: { approval: cell.approval }, ...named };
  const condition = errored ? 'a condition failed' : 'no rule decided';
  return { rule: 'fallback', condition, result: true, values: {}, ...named };
}

function decideType(speaker: PolicyVersion, type: CompiledType, action: PolicyAction): Decision {
  const { fallback } = speaker.policy;
  const evaluation: Evaluation = {
    values: readFacts(type.facts, action, type.usesPresence),
    trail: [],
    errored: false,
  };
  const classes = classify(type, evaluation);
  const rules = matchRules(type.rules, evaluation);
  const cells = type.cells !== null && classes !== null ? possibleCells(type.cells, classes) : null;
  let choice = weigh(rules, cells, fallback);
  if (evaluation.errored && severityOfChoice(choice) < fallback.severity) choice = gateChoice(fallback, null);
  if (choice.rule === null) evaluation.trail.push(choiceEntry(choice, evaluation.errored));
  if (action.counted) evaluation.trail.push(...windowTrail(action.counted));
  return decisionOf(speaker, action.environment, { choice, classes, evaluation });
}

/** The policy's fallback gate, said without looking at the action. */
function fallBack(
  speaker: PolicyVersion,
  environment: string,
  reason: { condition: string; error?: string },
): Decision {
  const { fallback } = speaker.policy;
  const trail = [{ rule: 'fallback', result: true, values: {}, gate: fallback.name, ...reason }];
  const evaluation: Evaluation = { values: { context: {}, missing: [] }, trail, errored: reason.error !== undefined };
  return decisionOf(speaker, environment, { choice: gateChoice(fallback, null), classes: null, evaluation });
}

/** One policy's decision of an action. Never throws; whatever goes wrong, people decide. */
export function decide(speaker: PolicyVersion, action: PolicyAction): Decision {
  const type = speaker.policy.types.get(action.action_type);
  if (type === undefined)
    return fallBack(speaker, action.environment, { condition: 'no policy speaks for this action type' });
  try {
    return decideType(speaker, type, withVelocity(speaker.policy, action));
  } catch (error) {
    const message = error instanceof Error ? error.message.slice(0, 200) : 'unknown fault';
    return fallBack(speaker, action.environment, { condition: 'the evaluation failed', error: message });
  }
}
