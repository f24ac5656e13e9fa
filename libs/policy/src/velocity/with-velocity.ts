import type { PolicyAction } from '../action.js';
import type { CompiledPolicy } from '../compiled.js';
import { velocityOf } from './windows.js';

/** The action as one policy sees it: with the values of its own windows. Without counted windows it is as it was. */
export function withVelocity(policy: CompiledPolicy, action: PolicyAction): PolicyAction {
  const { counted, action_type } = action;
  return counted ? { ...action, velocity: velocityOf(policy, action_type, counted) } : action;
}
