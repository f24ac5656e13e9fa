import type { PolicyAction } from './action.js';
import { checkPolicy } from './check/check-policy.js';
import { decide } from './decide.js';
import { loadPolicy } from './load-policy.js';
import { evaluate, policySetOf } from './policy-set.js';
import { referenceDifferences } from './reference/compare.js';

const action = (amount: number | null): PolicyAction => ({
  ...{ action_type: 'pay', environment: 'production', target: null, on_behalf_of: null, agent_version: 'v1' },
  ...{ model_id: 'm', confidence: null, parameters: { amount }, signals: null, before: null, after: null },
});

const SUPPORT = 'support-two: { quorum: 2, roles: [support] }';
const CFO =
  'cfo-sign: { quorum: 1, roles: [cfo], exclude: [editor], evidence: [invoice], token: { audience: "urn:cfo" } }';

const policyOf = (name: string, { gates, rule, cell, more = '' }: Record<string, string>) => {
  const { policy, problems } = loadPolicy(
    `name: ${name}
action_types: { pay: { facts: { amount: { at: /parameters/amount, type: number } } } }
classify: { impact: [{ is: high, when: amount > 10.0 }, { is: low }], reversibility: [{ is: high }], regulatory_pressure: [{ is: low }] }
matrix: [{ impact: high, approval: yes, gate: ${cell} }, { approval: no }]
rules: [{ name: large, when: amount > 10.0, then: require_approval, gate: ${rule} }, { name: rest, then: allow }]
gates: { ${gates} }
fallback: ${cell}
${more}`,
    name,
  );
  expect(problems).toEqual([]);
  if (policy === null) throw new Error('no policy');
  return { policy, version: 1 };
};

describe('the gates of a rule and of the cell that it stands in', () => {
  const both = policyOf('both', { gates: `${SUPPORT}, ${CFO}`, rule: 'support-two', cell: 'cfo-sign' });

  it('both bind, and the reference says the same', () => {
    const decision = decide(both, action(20));
    expect(decision).toMatchObject({
      ...{ effective_decision: 'require_approval', rule: 'large' },
      gate: {
        ...{ name: 'support-two+cfo-sign', exclude: ['editor'], evidence: ['invoice'], token_audience: 'urn:cfo' },
        all: [
          { name: 'support-two', quorum: 2 },
          { name: 'cfo-sign', quorum: 1 },
        ],
      },
    });
    expect(decision.trail.flatMap(({ gate }) => gate ?? [])).toEqual(['support-two', 'cfo-sign']);
    expect(referenceDifferences(both.policy, action(20))).toEqual([]);
  });

  it('bind where the condition that both rest on cannot be told, and not where it is false', () => {
    expect(decide(both, action(null)).gate?.name).toBe('support-two+cfo-sign');
    expect(decide(both, action(5)).effective_decision).toBe('allow');
    for (const amount of [null, 5]) expect(referenceDifferences(both.policy, action(amount))).toEqual([]);
  });

  it('are one where it implies the other', () => {
    const gates = 'one: { quorum: 1, roles: [finance], token: { ttl: 15m } }, two: { quorum: 2, roles: [finance] }';
    const { gate, rule } = decide(policyOf('one', { gates, rule: 'one', cell: 'two' }), action(20));
    expect([gate?.name, gate?.quorum, gate?.grant_ttl_s, rule]).toEqual(['two', 2, 900, null]);
  });

  it('let nothing run where they name two audiences', () => {
    const gates = `${CFO}, legal-sign: { quorum: 1, roles: [legal], token: { audience: "urn:legal" } }`;
    const { policy, version } = policyOf('clash', { gates, rule: 'legal-sign', cell: 'cfo-sign' });
    const decision = decide({ policy, version }, action(20));
    expect(decision).toMatchObject({ effective_decision: 'deny', rule: 'two_audiences', gate: null });
    expect(decision.trail.at(-1)?.explanation).toContain('token.audience');
    expect(referenceDifferences(policy, action(20))).toEqual([]);
    const found = checkPolicy(policy).filter(({ code }) => code === 'two_audiences');
    expect(found).toMatchObject([
      { severity: 'error', rule: 'large', witness: { parameters: { amount: expect.any(Number) } } },
    ]);
  });

  it('bind beside the gate of the drift guard', () => {
    const guard = 'drift_guard: { gate: cfo-sign, evidence: 50 }';
    const guarded = policyOf('guarded', {
      gates: `${SUPPORT}, ${CFO}`,
      rule: 'support-two',
      cell: 'support-two',
      more: guard,
    });
    const { gate, rule } = decide(guarded, action(20), { tenant: 'acme', evidence: () => 0, draws: null });
    expect([gate?.name, rule]).toEqual(['support-two+cfo-sign', 'large']);
  });
});

describe('the gates of several policies', () => {
  const first = policyOf('first', { gates: SUPPORT, rule: 'support-two', cell: 'support-two' });
  const second = policyOf('second', { gates: CFO, rule: 'cfo-sign', cell: 'cfo-sign' });
  const asked = (...policies: (typeof first)[]) => evaluate(policySetOf(policies), 'acme', action(20));

  it('all bind, and the explanation names the other policy', () => {
    const { gate, policy_name, trail } = asked(first, second);
    expect([gate?.name, policy_name]).toEqual(['support-two+cfo-sign', 'first']);
    expect(trail.at(-1)).toMatchObject({ condition: 'policy second@1 binds too', gate: 'cfo-sign' });
  });

  it('let nothing run where they name two audiences', () => {
    const gates = 'legal-sign: { quorum: 1, roles: [legal], token: { audience: "urn:legal" } }';
    const third = policyOf('third', { gates, rule: 'legal-sign', cell: 'legal-sign' });
    expect(asked(second, third)).toMatchObject({ effective_decision: 'deny', rule: 'two_audiences', gate: null });
  });
});
