import { MODE_RANKS, withMode } from '@countersign/policy';
import type { CompiledPolicy, ModeOverride } from '@countersign/policy';
import type { Subject, WantedState } from './subject.js';

/** Strictness of every mode that some action may meet under this policy. */
function ranksOf({ mode, environments, rollout, types }: CompiledPolicy): number[] {
  const segments = [...types.values()].flatMap((type) => type.segments.map((segment) => segment.mode));
  const others = [...environments.values()].map((one) => one.mode);
  const modes = [mode, ...others, ...rollout.agents.values(), ...segments];
  return [...modes, ...(rollout.mode === null ? [] : [rollout.mode])].map((one) => MODE_RANKS[one]);
}

/** Whether any action might be bound less: decided by the strictest mode of before and the loosest of after. */
export function loosens(policy: CompiledPolicy, from: ModeOverride, to: ModeOverride): boolean {
  if (from === to) return false;
  return Math.min(...ranksOf(withMode(policy, to))) < Math.max(...ranksOf(withMode(policy, from)));
}

/**
 * Whether people must approve: whenever another version speaks afterwards, or none, or the same one binds less.
 * Watching in shadow changes no decision, and binding more is never held up.
 */
export function needsApproval({ line, record }: Subject, { state, mode }: WantedState): boolean {
  const standing = line.standing(record.version);
  if (standing?.state !== 'active') return state === 'active';
  return state !== 'active' || record.policy === null || loosens(record.policy, standing.mode, mode);
}
