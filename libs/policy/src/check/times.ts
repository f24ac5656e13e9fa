import type { CompiledPolicy } from '../compiled.js';
import { needsSeconds, remembersSeconds } from '../gates.js';
import type { CheckedRoster, Finding } from './finding.js';

const DAY_S = 86_400;
/** Every action is remembered so long, seconds. */
const USUAL_S = remembersSeconds([]);

const isOf = (tenant: string, { tenant: own }: { readonly tenant: string }): boolean =>
  tenant === '*' || own === tenant;

/** A gate has a time for it and names no role, so the clock does nothing then. */
function unnamed({ document }: CompiledPolicy): Finding[] {
  const gates = Object.entries(document?.gates ?? {});
  return gates.flatMap(([gate, { sla }]) => {
    if (sla?.escalate === undefined || sla.escalate_to.length > 0) return [];
    const message = `gate \`${gate}\` has a time to escalate and names nobody in \`sla.escalate_to\`: it is never escalated`;
    return [{ code: 'escalates_to_nobody', severity: 'warning', message, path: ['gates', gate, 'sla'] }];
  });
}

/** A gate names roles that nobody has. */
function unheld({ gates, tenant }: CompiledPolicy, { reviewers, unknown = [] }: CheckedRoster): Finding[] {
  if (unknown.some((own) => isOf(tenant, { tenant: own }))) return [];
  const held = new Set(reviewers.filter((one) => isOf(tenant, one)).flatMap(({ roles }) => roles));
  return [...gates.values()].flatMap(({ name, usual: { escalate_roles } }) => {
    if (escalate_roles.length === 0 || escalate_roles.some((role) => held.has(role))) return [];
    const message = `gate \`${name}\` escalates to ${escalate_roles.join(' or ')}, and nobody in the roster has such a role`;
    return [{ code: 'escalates_to_nobody', severity: 'warning', message, path: ['gates', name, 'sla'] }];
  });
}

/** What a long wait or a long grant costs. */
function longMemory({ gates }: CompiledPolicy): Finding[] {
  return [...gates.values()].flatMap((gate) => {
    const seconds = needsSeconds(gate);
    if (seconds <= USUAL_S) return [];
    const days = Math.ceil(seconds / DAY_S);
    const usual = USUAL_S / DAY_S;
    const message = `the wait and the grant of gate \`${gate.name}\` last up to ${days} days: every instance remembers every action of this policy so long instead of ${usual} days, with ${(days / usual).toFixed(1)} times the memory`;
    return [{ code: 'long_memory', severity: 'info', message, path: ['gates', gate.name] }];
  });
}

/** What its gates do over time that a policy's author may not have meant. Without a roster nothing is said of who has a role. */
export const gateTimes = (policy: CompiledPolicy, roster?: CheckedRoster): Finding[] => [
  ...unnamed(policy),
  ...(roster === undefined ? [] : unheld(policy, roster)),
  ...longMemory(policy),
];
