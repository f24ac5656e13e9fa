import type { Scope } from './approval-client.js';
import { asAgent } from './principal.js';
import type { Principal } from './principal.js';

/**
 * Whose actions a caller may read: an agent its own, a person those of the tenant.
 * @throws CountersignError `forbidden` for executors: they know an action by its token
 */
export function scopeOf(principal: Principal): Scope {
  if (principal.kind === 'person') return { tenant: principal.reviewer.tenant, agent_id: null };
  const { tenant, id } = asAgent(principal);
  return { tenant, agent_id: id };
}
