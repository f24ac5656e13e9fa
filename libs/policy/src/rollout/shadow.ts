import type { ShadowVerdict } from '@countersign/events';
import type { PolicyAction } from '../action.js';
import { judgeAction } from '../decide.js';
import type { Decision } from '../decision.js';
import type { PolicyVersion } from '../policy-version.js';
import type { Circumstances } from './circumstances.js';
import { wantedBy } from './settle.js';

/** Versions that watch one action; further ones are left out. */
const MAX_SHADOWS = 5;
const EVERY_TENANT = '*';

/** Who may watch a decision. */
export interface Watch {
  readonly tenant: string;
  readonly action: PolicyAction;
  /** Policies in mode shadow beside the one that decides. */
  readonly beside: readonly PolicyVersion[];
  readonly circumstances: Circumstances | null;
}

function verdictOf(speaker: PolicyVersion, { action, circumstances }: Watch): ShadowVerdict[] {
  try {
    const { verdict, gate, rule } = wantedBy(judgeAction(speaker, action), circumstances);
    const { name: policy_name } = speaker.policy;
    const who = { policy_name, policy_version: speaker.version };
    return [{ ...who, policy_decision: verdict, rule, gate: gate?.name ?? null }];
  } catch {
    // What only watches has no say, not even by failing.
    return [];
  }
}

/** A version watches the actions of its tenant whose type it names, and those that its own policy decides. */
const watches = ({ policy }: PolicyVersion, { policy_name }: Decision, { tenant, action }: Watch): boolean =>
  (policy.tenant === tenant || policy.tenant === EVERY_TENANT) &&
  (policy.types.has(action.action_type) || policy.name === policy_name);

const NONE: readonly ShadowVerdict[] = [];

/** What those say of an action that do not decide it. Never throws. */
export function shadowsOf(decision: Decision, watch: Watch): readonly ShadowVerdict[] {
  const versions = watch.circumstances?.watching ?? [];
  if (versions.length + watch.beside.length === 0) return NONE;
  const watching = versions.filter((version) => watches(version, decision, watch));
  return [...watch.beside, ...watching].slice(0, MAX_SHADOWS).flatMap((speaker) => verdictOf(speaker, watch));
}
