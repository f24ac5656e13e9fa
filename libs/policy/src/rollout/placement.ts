import type { PolicyAction } from '../action.js';
import type { CompiledPolicy, CompiledSegment } from '../compiled.js';
import type { ModeName } from '../document.js';
import type { FactValues } from '../facts.js';
import { judge } from '../trail.js';
import type { Drawing } from './circumstances.js';
import { sharePlace } from './draw.js';

/** In which mode a policy meets one action. */
export interface Placement {
  readonly mode: ModeName;
  /** In mode `partial`: whether the action is in. In the other modes: whether the mode binds. */
  readonly binds: boolean;
  /** What stated the mode, and why the action is in or out; null where the policy's own mode holds. */
  readonly segment: string | null;
}

/** What a placement is worked out from. */
export interface Whereabouts {
  readonly policy: CompiledPolicy;
  readonly action: PolicyAction;
  readonly drawing: Drawing;
  /** Those of the action's type. */
  readonly segments: readonly CompiledSegment[];
  readonly values: FactValues;
}

type Stated = Omit<Placement, 'binds'>;

/**
 * The mode of the agent, else of the environment, else of the policy: the most specific line that is stated wins. Where
 * agents have modes of their own and the agent is not known, the policy is enforced.
 */
export function statedMode({ rollout, mode, environments }: CompiledPolicy, action: PolicyAction): Stated {
  if (rollout.agents.size > 0) {
    if (action.agent_id === undefined) return { mode: 'enforce', segment: 'agent: cannot be told, enforced' };
    const own = rollout.agents.get(action.agent_id);
    if (own !== undefined) return { mode: own, segment: `agent ${action.agent_id}: ${own}` };
  }
  const general = rollout.mode ?? mode;
  const here = environments.get(action.environment)?.mode ?? general;
  return { mode: here, segment: here === general ? null : `environment ${action.environment}: ${here}` };
}

/** The first segment that holds, or that cannot be told; null when the action is in none of them. */
function segmentOf({ segments, values }: Whereabouts): { name: string; mode: ModeName | null } | null {
  // A segment's fault is no fault of the rules: it only enforces.
  const evaluation = { values, trail: [], errored: false };
  for (const { name, condition, mode } of segments) {
    const { result } = judge(condition, evaluation);
    if (result === null) return { name, mode: null };
    if (result) return { name, mode };
  }
  return null;
}

function shareOf({ policy, action, drawing }: Whereabouts): { binds: boolean; why: string } | null {
  const share = policy.rollout.share;
  if (share === null) return null;
  const place = drawing === null ? null : sharePlace({ ...drawing, policy: policy.name }, action);
  if (place === null) return { binds: true, why: `share ${share} %: cannot be told, enforced` };
  const binds = place < share / 100;
  return { binds, why: `share ${share} %: ${binds ? 'in' : 'out'}` };
}

const ENFORCED = { binds: true, why: null };
const because = (...reasons: (string | null)[]): string | null =>
  reasons.filter((reason) => reason !== null).join('; ') || null;

/** A partial rollout: the first segment that holds decides, else the share. Without a share all of the rest is in. */
function partial(where: Whereabouts, stated: string | null): Placement {
  const segment = segmentOf(where);
  const part = segment && `segment ${segment.name}: ${segment.mode ?? 'cannot be told, enforced'}`;
  if (segment?.mode === null) return { mode: 'partial', binds: true, segment: because(stated, part) };
  if (segment !== null && segment.mode !== 'partial')
    return { mode: segment.mode, binds: segment.mode === 'enforce', segment: because(stated, part) };
  const { binds, why } = shareOf(where) ?? ENFORCED;
  return { mode: 'partial', binds, segment: because(stated, part, why) };
}

/** In which mode the policy meets the action. What cannot be told counts as enforced. */
export function placementOf(where: Whereabouts): Placement {
  const { mode, segment } = statedMode(where.policy, where.action);
  return mode === 'partial' ? partial(where, segment) : { mode, binds: mode === 'enforce', segment };
}
