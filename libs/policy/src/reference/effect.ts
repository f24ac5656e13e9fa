import type { PolicyAction } from '../action.js';
import type { ModeName, PolicyDocument } from '../document.js';
import { UNKNOWN } from './answer.js';
import { bothPlainly } from './both.js';
import type { Ask, PlainDecision } from './decide.js';
import { askPlainly, decidePlainly, demandDiff, weightOf } from './decide.js';
import { factsOf, readFacts } from './facts.js';

/** What the reference says of the effect: what binds, in which mode, by which gate, and whether an audit is drawn. */
export interface PlainEffect {
  readonly decision: PlainDecision['decision'];
  readonly effective: PlainDecision['decision'];
  readonly mode: ModeName;
  readonly bypass: string | null;
  readonly gate: string | null;
  readonly advisory_gate: string | null;
  readonly audit_gate: string | null;
  readonly probability: number | null;
}

/** What is known beside policy and action. */
export interface PlainCircumstances {
  readonly tenant: string;
  /** The keyed draw over some parts, 0 or more and below 1. */
  readonly place: (parts: readonly string[]) => number;
  /** Good actions of the same agent, version, model and type; null when that is not known. */
  readonly evidence: number | null;
  /** Whether a condition failed. */
  readonly failed: boolean;
}

/** Without enough evidence the guard's gate is the least; a denial stays one. */
function guarded(said: PlainDecision, document: PolicyDocument, action: PolicyAction, known: number | null) {
  const { drift_guard: guard } = document;
  if (guard === undefined || said.decision === 'deny' || (known ?? -1) >= guard.evidence) return said;
  const least = { ...said, decision: 'require_approval', gate: guard.gate, rule: 'drift_guard' } as const;
  const gate = said.gate === null ? guard.gate : bothPlainly(said.gate, guard.gate, document.gates);
  const rule = weightOf(said, document) >= weightOf(least, document) ? said.rule : least.rule;
  if (gate === null) return { ...said, decision: 'deny', gate, rule: 'two_audiences' } as const;
  return gate === said.gate ? said : demandDiff({ ...least, gate, rule }, document, action);
}

interface Place {
  readonly mode: ModeName;
  readonly binds: boolean;
}
const placed = (mode: ModeName): Place => ({ mode, binds: mode === 'enforce' });

/** The agent's mode, else the environment's, else the policy's; in a partial rollout the first segment, else the share. */
function placeOf(
  document: PolicyDocument,
  action: PolicyAction,
  { tenant, place }: Pick<PlainCircumstances, 'tenant' | 'place'>,
  ask: Ask,
): Place {
  const { rollout, environments, action_types } = document;
  const { agent_id, action_type, on_behalf_of, target } = action;
  if (!Object.hasOwn(action_types, action_type)) return placed('enforce');
  if (Object.keys(rollout.agents).length > 0 && agent_id === undefined) return placed('enforce');
  const here = new Map(Object.entries(environments)).get(action.environment)?.mode;
  const mode = rollout.agents[agent_id ?? '']?.mode ?? here ?? rollout.mode ?? document.mode;
  if (mode !== 'partial') return placed(mode);
  const names = readFacts(factsOf(document, action_type), action);
  const segments = rollout.segments.filter((one) => one.for?.includes(action_type) ?? true);
  const told = segments.map(({ when, mode: own }) => ({ told: ask(when, names), own }));
  const first = told.find((one) => one.told !== false);
  if (first?.told === UNKNOWN) return { mode, binds: true };
  if (first !== undefined && first.own !== 'partial') return placed(first.own);
  const { share } = rollout;
  if (share === undefined || agent_id === undefined) return { mode, binds: true };
  const drawn = place(['share', tenant, document.name, agent_id, target ?? on_behalf_of ?? agent_id]);
  return { mode, binds: drawn < share / 100 };
}

type Bound = Pick<PlainEffect, 'effective' | 'mode' | 'bypass' | 'gate' | 'advisory_gate'>;

/** A failed condition binds in every mode; a bypass lifts a wait for people and nothing else. */
function bound(
  said: PlainDecision,
  { fallback, environments }: PolicyDocument,
  { mode, binds }: Place,
  { environment, failed }: Pick<PolicyAction, 'environment'> & Pick<PlainCircumstances, 'failed'>,
): Bound {
  const { decision, gate } = said;
  const nothing = { mode, bypass: null, gate: null, advisory_gate: null };
  if (mode === 'partial' && decision === 'deny') return { ...nothing, effective: 'deny' };
  if (!binds && !failed) {
    const advises = (mode === 'soft' || mode === 'partial') && decision !== 'allow';
    return {
      ...nothing,
      effective: 'allow',
      advisory_gate: !advises ? null : decision === 'deny' ? fallback : gate,
    };
  }
  const lifts = new Map(Object.entries(environments)).get(environment)?.bypass === true;
  if (lifts && binds && !failed && decision === 'require_approval')
    return { ...nothing, effective: 'allow', bypass: environment };
  return { ...nothing, effective: decision, gate };
}

/**
 * How probable an audit is: the asked gate's own sample before the policy's, or the rate of blind reviews where that is
 * larger; null where nothing is drawn.
 */
function probabilityOf(said: PlainDecision, { audit, gates }: PolicyDocument, effect: Bound): number | null {
  if (['shadow', 'off'].includes(effect.mode)) return null;
  if (effect.effective === 'deny' || effect.advisory_gate !== null) return null;
  const asked = said.decision === 'require_approval' ? (said.gate ?? '').split('+') : [''];
  const general = audit?.sample[effect.effective === 'allow' ? 'allowed' : 'approved'] ?? 0;
  const sample = audit === undefined ? 0 : Math.max(...asked.map((name) => gates[name]?.audit.sample ?? general));
  return Math.max(sample, ...(effect.gate ?? '').split('+').map((name) => gates[name]?.audit.review ?? 0)) || null;
}

/** The effect of a policy document on an action: modes, shares, bypass, evidence and samples, all in plain words. */
export function effectPlainly(
  document: PolicyDocument,
  action: PolicyAction,
  { tenant, place, evidence, failed }: PlainCircumstances,
  ask: Ask = askPlainly,
): PlainEffect {
  const said = guarded(decidePlainly(document, action, ask), document, action, evidence);
  const effect = bound(said, document, placeOf(document, action, { tenant, place }, ask), { ...action, failed });
  const probability = action.action_id === undefined ? null : probabilityOf(said, document, effect);
  const drawn = probability !== null && place(['audit', tenant, document.name, action.action_id ?? '']) < probability;
  return {
    decision: said.decision,
    ...effect,
    probability,
    audit_gate: drawn ? (document.audit?.gate ?? effect.gate) : null,
  };
}
