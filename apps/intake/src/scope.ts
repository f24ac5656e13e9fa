import type { Scope } from './approval-client.js';
import type { Principal } from '@countersign/service';

/** Whose actions a caller may read: an agent its own, a person those of the tenant. */
export function scopeOf(principal: Principal): Scope {
  if (principal.kind === 'person') {
    const { tenant, roles } = principal.reviewer;
    return { tenant, agent_id: null, blind: !roles.includes('admin') };
  }
  const { tenant, id } = principal.caller;
  return { tenant, agent_id: id };
}
