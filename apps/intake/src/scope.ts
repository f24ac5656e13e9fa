import type { Scope } from './approval-client.js';
import { isAdmin } from '@countersign/service';
import type { Principal } from '@countersign/service';

/** Whose actions a caller may read: an agent its own, a person those of the tenant. */
export function scopeOf(principal: Principal): Scope {
  if (principal.kind === 'person') {
    const { reviewer } = principal;
    return { tenant: reviewer.tenant, agent_id: null, blind: !isAdmin(reviewer) };
  }
  const { tenant, id } = principal.caller;
  return { tenant, agent_id: id };
}
