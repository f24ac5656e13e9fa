import { gateStrictness, isStricter } from '@countersign/events';
import type { Gate } from '@countersign/events';
import type { PolicyAction } from './action.js';
import type { CompiledPolicy } from './compiled.js';
import { decide } from './decide.js';
import type { Decision } from './decision.js';
import { BUILT_IN_GATE, remembersSeconds } from './gates.js';
import type { CompiledGate } from './gates.js';
import type { PolicyVersion } from './policy-version.js';
import type { Circumstances } from './rollout/circumstances.js';
import { statedMode } from './rollout/placement.js';
import { shadowsOf } from './rollout/shadow.js';
import type { Voice } from './with-voice.js';
import { withVoice } from './with-voice.js';

/** Every active policy, by tenant and action type. */
export interface PolicySet {
  readonly tenants: ReadonlyMap<string, TenantPolicies>;
}

interface TenantPolicies {
  readonly byType: ReadonlyMap<string, readonly PolicyVersion[]>;
  /** Speaks where no other policy does. */
  readonly fallback: PolicyVersion;
}

const EVERY_TENANT = '*';
const DEFAULT_NAME = 'default';

const BUILT_IN: CompiledPolicy = {
  name: BUILT_IN_GATE.name,
  tenant: EVERY_TENANT,
  mode: 'enforce',
  environments: new Map(),
  types: new Map(),
  gates: new Map([[BUILT_IN_GATE.name, BUILT_IN_GATE]]),
  fallback: BUILT_IN_GATE,
  rollout: { mode: null, share: null, agents: new Map() },
  audit: null,
  breakGlassReview: null,
  driftGuard: null,
  velocity: [],
  activation: { requires: [], minHistory: 0 },
  allowGrantTtlSeconds: 3_600,
  remembersSeconds: remembersSeconds([BUILT_IN_GATE]),
  document: null,
};

/** What decides when no policy is loaded at all: a person. */
export const BUILT_IN_POLICY: PolicyVersion = { policy: BUILT_IN, version: 1 };

/** A tenant's own policies, and those for every tenant whose names it does not use itself. */
function visibleTo(tenant: string, policies: readonly PolicyVersion[]): PolicyVersion[] {
  const own = new Set(policies.filter(({ policy }) => policy.tenant === tenant).map(({ policy }) => policy.name));
  const visible = policies.filter(
    ({ policy }) => policy.tenant === tenant || (policy.tenant === EVERY_TENANT && !own.has(policy.name)),
  );
  return visible.sort((a, b) => (a.policy.name < b.policy.name ? -1 : 1));
}

function policiesOf(tenant: string, policies: readonly PolicyVersion[]): TenantPolicies {
  const visible = visibleTo(tenant, policies);
  const byType = new Map<string, PolicyVersion[]>();
  for (const one of visible) {
    for (const type of one.policy.types.keys()) byType.set(type, [...(byType.get(type) ?? []), one]);
  }
  return { byType, fallback: visible.find(({ policy }) => policy.name === DEFAULT_NAME) ?? BUILT_IN_POLICY };
}

/** The gate of actions whose type no policy of the tenant names. */
export function defaultGateOf(tenant: string, policies: readonly CompiledPolicy[]): CompiledGate {
  const versions = policies.map((policy) => ({ policy, version: 1 }));
  return policiesOf(tenant, versions).fallback.policy.fallback;
}

/** Indexes active policies; at most one version of each tenant and name. */
export function policySetOf(policies: readonly PolicyVersion[]): PolicySet {
  const tenants = new Set([EVERY_TENANT, ...policies.map(({ policy }) => policy.tenant)]);
  return { tenants: new Map([...tenants].map((tenant) => [tenant, policiesOf(tenant, policies)])) };
}

const VERDICTS = ['allow', 'require_approval', 'deny'];

/** Below 0 when `a` is looser than `b`: what binds counts first, then what the rules say. */
export function compareDecisions(a: Decision, b: Decision): number {
  const rank = (verdict: string): number => VERDICTS.indexOf(verdict);
  return (
    rank(a.effective_decision) - rank(b.effective_decision) ||
    compareGates(a.gate, b.gate) ||
    rank(a.policy_decision) - rank(b.policy_decision)
  );
}

/** As by `gateStrictness`; of two that rank the same, one that asks for all of the other and more is stricter. */
function compareGates(a: Gate | null, b: Gate | null): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  return gateStrictness(a) - gateStrictness(b) || Number(isStricter(a, b)) - Number(isStricter(b, a));
}

/** The policies that speak for an action type in a tenant; the default policy when none does. */
export function speakersFor(set: PolicySet, tenant: string, actionType: string): readonly PolicyVersion[] {
  const policies = set.tenants.get(tenant) ?? set.tenants.get(EVERY_TENANT);
  return policies?.byType.get(actionType) ?? [policies?.fallback ?? BUILT_IN_POLICY];
}

/** A policy that is off does not speak, as though it were not there. */
function voicesOf(
  speakers: readonly PolicyVersion[],
  action: PolicyAction,
  circumstances: Circumstances | null,
): Voice[] {
  const on = speakers.filter(({ policy }) => statedMode(policy, action).mode !== 'off');
  const voices = on.map((speaker) => ({ speaker, decision: decide(speaker, action, circumstances) }));
  return voices.filter(({ decision }) => decision.mode !== 'off' || decision.effective_decision !== 'allow');
}

const strictestOf = (voices: readonly Voice[]): Voice | undefined =>
  voices.reduce<Voice | undefined>(
    (a, b) => (a !== undefined && compareDecisions(b.decision, a.decision) <= 0 ? a : b),
    undefined,
  );

/** Beside another policy one in mode shadow only watches. An evaluation that failed binds in any mode. */
const binds = ({ decision }: Voice): boolean => decision.mode !== 'shadow' || decision.effective_decision !== 'allow';

/**
 * Decides an action. Where several policies speak for its type, the strictest decision holds, with the gates of all that
 * want people; one in mode shadow only where no other speaks. Where all of them are off, the tenant's default does, and at last the built-in gate. Never throws.
 * @param circumstances null: the rules are asked alone, see `decide`
 */
export function evaluate(
  set: PolicySet,
  tenant: string,
  action: PolicyAction,
  circumstances: Circumstances | null = null,
): Decision {
  const speakers = speakersFor(set, tenant, action.action_type);
  const voices = voicesOf(speakers, action, circumstances);
  const fallback = (set.tenants.get(tenant) ?? set.tenants.get(EVERY_TENANT))?.fallback ?? BUILT_IN_POLICY;
  const rest =
    voices.length > 0
      ? []
      : [...voicesOf([fallback], action, circumstances), ...voicesOf([BUILT_IN_POLICY], action, circumstances)];
  const chosen = strictestOf(voices.filter(binds)) ?? strictestOf(voices) ?? rest[0];
  const others = voices.filter((voice) => voice !== chosen && binds(voice));
  const decision = others.reduce(withVoice, chosen?.decision ?? decide(BUILT_IN_POLICY, action, circumstances));
  const beside = voices.filter((voice) => voice !== chosen && !binds(voice)).map(({ speaker }) => speaker);
  const shadows = shadowsOf(decision, { tenant, action, beside, circumstances });
  return shadows.length === 0 ? decision : { ...decision, shadows };
}
