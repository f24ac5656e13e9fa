import type { PolicyAction } from '../action.js';
import { loadPolicy } from '../load-policy.js';
import { evaluate, policySetOf } from '../policy-set.js';

const action: PolicyAction = {
  ...{ action_type: 'pay', environment: 'production', target: null, on_behalf_of: null, agent_version: 'v1' },
  ...{ model_id: 'm1', confidence: null, signals: null, before: null, after: null, parameters: {} },
};
const text = (gate: string, extra: string): string => `name: pays
action_types: { pay: {} }
rules: [{ name: all, then: require_approval, gate: two }]
gates: { one: { quorum: 1, roles: [r] }, two: { quorum: 2, roles: [r] ${gate} } }
fallback: one
${extra}
`;

/** Life of the grant and gate of the review in a decision, or what is wrong with the policy. */
function glassOf(gate: string, extra: string): readonly unknown[] {
  const { policy, problems } = loadPolicy(text(gate, extra), 'pays.yaml');
  if (policy === null) return problems.map(({ message }) => message);
  const decision = evaluate(policySetOf([{ policy, version: 1 }]), 'acme', action, null);
  return [decision.gate?.break_glass_s ?? null, decision.break_glass_gate?.name ?? null];
}

describe('broken glass', () => {
  const TEN = ', break_glass: { ttl: 10m }';
  const REVIEW = 'break_glass: { review: one }';

  it.each([
    ['where the gate has some', TEN, REVIEW, [600, 'one']],
    ['not where the gate says nothing', '', REVIEW, [null, null]],
    ['not where the action runs anyway', TEN, `${REVIEW}\nmode: soft`, [null, null]],
  ] as const)('is there %s', (_, gate, extra, seen) => expect(glassOf(gate, extra)).toEqual(seen));

  it.each([
    ['a gate without the review of its policy', TEN, '', 'it names the gate of the review afterwards'],
    ['a review by a gate that is not there', TEN, 'break_glass: { review: nobody }', 'expected one of the gates'],
    ['a life of more than an hour', TEN.replace('10m', '61m'), REVIEW, 'expected a life from 1m to 1h'],
    ['a life of less than a minute', TEN.replace('10m', '59s'), REVIEW, 'expected a life from 1m to 1h'],
  ])('refuses %s', (_, gate, extra, message) => {
    expect(glassOf(gate, extra)).toEqual([expect.stringContaining(message)]);
  });
});
