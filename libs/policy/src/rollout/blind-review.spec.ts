import type { PolicyAction } from '../action.js';
import type { Decision } from '../decision.js';
import { loadPolicy } from '../load-policy.js';
import { evaluate, policySetOf } from '../policy-set.js';
import { testDraws } from './testing/draws.js';

const AUDIT = 'audit: { sample: { allowed: 0.2, approved: 0.5 }, gate: one }\n';
const AMOUNTS = { allow: 5, require_approval: 50, deny: 500 };
const draws = testDraws();
const ids = Array.from({ length: 40 }, (_, n) => `act_${n}`);

/** What a policy whose gate has this rate of reviews draws: gate, probability, whether it is a review. */
function drawn(rate: number, said: keyof typeof AMOUNTS, action_id: string, extra = AUDIT) {
  const content = `name: pays
action_types: { pay: { facts: { n: { at: /parameters/n, type: number } } } }
rules:
  - { name: large, when: n > 100.0, then: deny }
  - { name: medium, when: n > 10.0, then: require_approval, gate: two }
  - { name: small, then: allow }
gates: { one: { quorum: 1, roles: [r] }, two: { quorum: 2, roles: [r], audit: { review: ${rate} } } }
fallback: two
${extra}`;
  const { policy, problems } = loadPolicy(content, 'test.yaml');
  if (policy === null) throw new Error(JSON.stringify(problems));
  const action: PolicyAction = {
    ...{ action_type: 'pay', environment: 'production', target: null, on_behalf_of: null, agent_version: 'v1' },
    ...{ model_id: 'm1', confidence: null, parameters: { n: AMOUNTS[said] }, signals: null, before: null, after: null },
    ...{ action_id, agent_id: 'payer' },
  };
  const decision: Decision = evaluate(policySetOf([{ policy, version: 1 }]), 'acme', action, {
    tenant: 'acme',
    evidence: () => 0,
    draws,
  });
  return [decision.audit_gate?.name ?? null, decision.sample_probability, decision.blind_review];
}

describe('a blind review', () => {
  it.each(ids)('of %s is the same draw as an audit, with the larger rate, and takes precedence', (id) => {
    const place = draws.place(['audit', 'acme', 'pays', id]);
    expect(drawn(0.2, 'require_approval', id)).toEqual([place < 0.5 ? 'one' : null, 0.5, place < 0.2]);
    expect(drawn(0.9, 'require_approval', id)).toEqual([place < 0.9 ? 'one' : null, 0.9, place < 0.9]);
  });

  it.each(ids)('of %s is for those who may vote where the policy names no gate for audits', (id) => {
    const isIn = draws.place(['audit', 'acme', 'pays', id]) < 0.9;
    expect(drawn(0.9, 'require_approval', id, '')).toEqual([isIn ? 'two' : null, 0.9, isIn]);
  });

  it('is of what people approve alone', () => {
    const all = ids.map((id) => drawn(1, 'allow', id));
    expect(all.every(([, probability, isReview]) => probability === 0.2 && isReview === false)).toBe(true);
    expect(drawn(1, 'deny', 'act_1')).toEqual([null, null, false]);
    expect(drawn(1, 'require_approval', 'act_1', 'mode: shadow\n')).toEqual([null, null, false]);
    const bypass = 'environments: { staging: { bypass: true } }\n';
    expect(drawn(1, 'require_approval', 'act_1', bypass)).toEqual(['two', 1, true]);
  });
});
