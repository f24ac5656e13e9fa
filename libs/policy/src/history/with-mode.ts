import type { PolicyStateChanged } from '@countersign/events';
import type { CompiledPolicy } from '../compiled.js';

/** A mode in place of the file's own, or null. */
export type ModeOverride = Exclude<PolicyStateChanged['mode'], 'unknown'>;

const made = new WeakMap<CompiledPolicy, Map<string, CompiledPolicy>>();

/** A mode that somebody sets holds for every environment, agent and segment; only `partial` leaves the parts to the file. */
function override(policy: CompiledPolicy, mode: NonNullable<ModeOverride>): CompiledPolicy {
  const environments = new Map([...policy.environments].map(([name, one]) => [name, { ...one, mode }]));
  const rollout = { ...policy.rollout, mode: null };
  if (mode === 'partial') return { ...policy, mode, environments, rollout };
  const types = new Map([...policy.types].map(([name, type]) => [name, { ...type, segments: [] }]));
  return { ...policy, mode, environments, types, rollout: { mode: null, share: null, agents: new Map() } };
}

/** The policy in another mode. The same arguments give the same object. */
export function withMode(policy: CompiledPolicy, mode: ModeOverride): CompiledPolicy {
  if (mode === null) return policy;
  const known = made.get(policy) ?? new Map<string, CompiledPolicy>();
  made.set(policy, known);
  const changed = known.get(mode) ?? override(policy, mode);
  known.set(mode, changed);
  return changed;
}
