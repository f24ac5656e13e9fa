import type { CompiledPolicy } from '../compiled.js';
import type { CompiledGate } from '../gates.js';
import { defaultGateOf } from '../policy-set.js';
import type { Finding } from './finding.js';

const asks = ({ usual: { quorum } }: CompiledGate): number => quorum;
const people = (count: number): string => (count === 1 ? '1 person' : `${count} people`);

/**
 * Where an action whose type nobody named, or misspelled, waits for fewer people than one of a type that has a policy.
 * @param policies all that are loaded together; without one called `default` among them the built-in gate is the default
 */
export function looserDefault(policy: CompiledPolicy, policies: readonly CompiledPolicy[]): Finding[] {
  const fallback = defaultGateOf(policy.tenant, policies);
  const [strictest] = [...policy.gates.values()].sort((a, b) => asks(b) - asks(a));
  if (strictest === undefined || asks(fallback) >= asks(strictest)) return [];
  const message = `gate \`${strictest.name}\` asks for ${people(asks(strictest))}, and the default gate \`${fallback.name}\` of the tenant for ${people(asks(fallback))}: an action whose type no policy names waits for fewer; ask for as many in the \`fallback\` of the policy \`default\``;
  return [{ code: 'looser_default', severity: 'warning', message, path: ['gates', strictest.name] }];
}
