import type { PolicyAction } from './action.js';
import { decide } from './decide.js';
import { BUILT_IN_GATE } from './gates.js';
import { loadPolicy } from './load-policy.js';

const POLICY = `name: sample
action_types:
  pay:
    facts:
      amount: { at: /parameters/amount, type: money, currency: USD }
      note: { at: /parameters/note, type: string }
      score: { at: /signals/score, type: number, min: 0, max: 1, stated_by: fraud-engine }
    sensitive: [/parameters/note]
    preconditions: [order_etag]
rules:
  - { name: often, when: 'velocity.pays >= 9 || velocity.paid > money("500.00", "USD")', then: require_approval, gate: two }
  - { name: risky, when: score > 0.5, then: deny }
  - { name: noted, when: note == "secret", then: allow }
  - { name: rest, then: require_approval, gate: one }
gates:
  one: { quorum: 1, roles: [r] }
  two:
    factors: [{ name: finance, count: 1, roles: [finance] }, { name: legal, count: 2, people: [sam] }]
    thresholds: [{ name: chief, count: 1, roles: [cfo] }, { name: any-four, count: 4 }]
    roles: [r]
    evidence: [invoice]
    reason_fast: 30s
    hold: true
    batch: { fields: [/parameters/amount] }
fallback: one
rollout: { mode: partial, share: 25, segments: [{ name: big, when: 'amount > money("100.00", "USD")', mode: enforce }], agents: { bot: { mode: soft } } }
audit: { sample: { allowed: 0.02 }, gate: one }
drift_guard: { gate: two, evidence: 20 }
velocity:
  pays: { key: agent, window: 24h }
  paid: { key: on_behalf_of, window: 7d, sum: amount }
activation: { requires: [backtest], min_history: 100 }
`;

const action = (over: Partial<PolicyAction> = {}): PolicyAction => ({
  action_type: 'pay',
  environment: 'production',
  target: null,
  on_behalf_of: null,
  agent_version: 'v1',
  model_id: 'm1',
  confidence: null,
  parameters: { amount: { value: '5.00', currency: 'USD' }, note: 'secret' },
  signals: { score: 0.1 },
  before: null,
  after: null,
  stated: { '/signals/score': 'fraud-engine' },
  velocity: { pays: 1, paid: { value: '5.00', currency: 'USD' } },
  ...over,
});

const load = (text: string) => {
  const { policy, problems } = loadPolicy(text, 'sample.yaml');
  if (policy === null) throw new Error(JSON.stringify(problems));
  return policy;
};
const policy = load(POLICY);
const decided = (over: Partial<PolicyAction> = {}) => decide({ policy, version: 1 }, action(over));

describe('gates', () => {
  it('compiles thresholds, factors, people, evidence, hold and batches into the gate of the event', () => {
    expect(policy.gates.get('two')?.usual).toMatchObject({
      quorum: 3,
      thresholds: [
        { name: 'chief', count: 1, roles: ['cfo'], people: [] },
        { name: 'any-four', count: 4, roles: ['r'], people: [] },
      ],
      factors: [
        { name: 'finance', count: 1, roles: ['finance'], people: [] },
        { name: 'legal', count: 2, roles: [], people: ['sam'] },
      ],
      roles: ['r', 'cfo', 'finance'],
      people: ['sam'],
      evidence: ['invoice'],
      hold: true,
      reason_fast_s: 30,
      batch_fields: ['/parameters/amount'],
    });
  });

  it.each([
    ['neither quorum nor parts', '{ roles: [r] }', 'expected either `quorum`, or `thresholds` or `factors`'],
    ['both', '{ quorum: 1, roles: [r], factors: [{ name: a, count: 1 }] }', 'expected either `quorum`'],
    ['nobody', '{ quorum: 1 }', 'expected `roles` or `people` who may vote'],
    ['a part of nobody', '{ thresholds: [{ name: a, count: 1 }] }', 'expected `roles` or `people` who may vote'],
    [
      'two parts of one name',
      '{ roles: [r], factors: [{ name: a, count: 1 }, { name: a, count: 1 }] }',
      'expected a name',
    ],
  ])('refuses %s', (_what, gate, message) => {
    const { problems } = loadPolicy(POLICY.replace('{ quorum: 1, roles: [r] }', gate), 'sample.yaml');
    expect(problems).toContainEqual(
      expect.objectContaining({ line: 16, message: expect.stringContaining(message) as string }),
    );
  });
});

describe('gates in order and in time', () => {
  const gateOf = (text: string) => load(POLICY.replace('{ quorum: 1, roles: [r] }', text)).gates.get('one')?.usual;

  it('compiles stages, reminders, escalation, assignment, dwell, batches and review', () => {
    const stages = 'stages: [{ name: a, count: 1, roles: [x] }, { name: b, count: 2, people: [sam] }]';
    const times = 'sla: { respond: 4h, expire: 24h, remind: [0.25, 1], escalate: 6h, escalate_to: [head] }';
    const rest = 'assign: rotate, claim: 20m, dwell: 30s, batch: { fields: [/target], max: 7 }, audit: { review: 0.1 }';
    expect(gateOf(`{ ${stages}, ${times}, ${rest} }`)).toMatchObject({
      ...{ quorum: 3, roles: ['x'], people: ['sam'], thresholds: [], factors: [] },
      stages: [
        { name: 'a', count: 1, roles: ['x'], people: [] },
        { name: 'b', count: 2, roles: [], people: ['sam'] },
      ],
      ...{ remind_s: [3_600, 14_400], escalate_s: 21_600, escalate_roles: ['head'] },
      ...{ assign: 'rotate', claim_s: 1_200, min_dwell_s: 30, batch_max: 7, review_rate: 0.1 },
    });
  });

  it('has defaults, with and without an sla, and in the built-in gate', () => {
    const care = { stages: [], escalate_roles: [], assign: 'pool', claim_s: 900, min_dwell_s: null, batch_max: 50 };
    const sla = (respond: number) => ({ remind_s: [respond * 0.5, respond * 0.9], escalate_s: null });
    expect(gateOf('{ quorum: 1, roles: [r] }')).toMatchObject({ ...care, ...sla(86_400), review_rate: null });
    expect(gateOf('{ quorum: 1, roles: [r], sla: { respond: 2h, expire: 4h } }')).toMatchObject(sla(7_200));
    expect(BUILT_IN_GATE.usual).toMatchObject({ ...care, ...sla(86_400) });
    expect(BUILT_IN_GATE.urgent).toMatchObject(sla(3_600));
  });

  it.each([
    ['stages beside a quorum', 'quorum: 1, stages: [{ name: a, count: 1 }]', 'expected either `quorum`'],
    [
      'stages beside factors',
      'stages: [{ name: a, count: 1 }], factors: [{ name: b, count: 1 }]',
      'expected `stages` alone',
    ],
    [
      'two stages of one name',
      'stages: [{ name: a, count: 1 }, { name: a, count: 1 }]',
      'expected a name for each threshold, factor and stage',
    ],
    [
      'an escalation after the end',
      'quorum: 1, sla: { respond: 1h, expire: 2h, escalate: 3h }',
      'expected `sla.escalate` to be at most `sla.expire`',
    ],
    [
      'reminders that fall',
      'quorum: 1, sla: { respond: 1h, expire: 2h, remind: [0.9, 0.5] }',
      'expected shares that rise',
    ],
    ['a claim of seconds', 'quorum: 1, claim: 30s', 'expected a claim from 1m to 24h'],
    ['a dwell of days', 'quorum: 1, dwell: 2d', 'expected at most 24h'],
    ['fields to hash', 'quorum: 1, audit: { hash: [/parameters/note] }', 'the action type names them in `sensitive`'],
  ])('refuses %s', (_what, gate, message) => {
    const { policy: found, problems } = loadPolicy(
      POLICY.replace('{ quorum: 1, roles: [r] }', `{ roles: [r], ${gate} }`),
      'sample.yaml',
    );
    expect(found).toBeNull();
    expect(problems).toContainEqual(
      expect.objectContaining({ line: 16, message: expect.stringContaining(message) as string }),
    );
  });

  it('draws audits as the gate says, and needs the policy to name the gate of an audit', () => {
    const sampled = load(
      POLICY.replace('{ quorum: 1, roles: [r] }', '{ quorum: 1, roles: [r], audit: { sample: 0.5 } }'),
    );
    expect(sampled.gates.get('one')?.sample).toBe(0.5);
    const text = POLICY.replace('{ quorum: 1, roles: [r] }', '{ quorum: 1, roles: [r], audit: { sample: 0.5 } }');
    const { problems } = loadPolicy(
      text.replace('audit: { sample: { allowed: 0.02 }, gate: one }\n', ''),
      'sample.yaml',
    );
    expect(problems).toMatchObject([
      { pointer: '/gates/one/audit', message: expect.stringContaining('expected `audit`') as string },
    ]);
  });
});

describe('how a policy binds', () => {
  it('compiles rollout, audit, drift guard and activation', () => {
    expect(policy.rollout).toEqual({ mode: 'partial', share: 25, agents: new Map([['bot', 'soft']]) });
    expect(policy.types.get('pay')?.segments).toMatchObject([{ name: 'big', mode: 'enforce' }]);
    expect(policy.audit).toMatchObject({ allowed: 0.02, approved: 0, gate: { name: 'one' } });
    expect(policy.driftGuard).toMatchObject({ evidence: 20, gate: { name: 'two' } });
    expect(policy.activation).toEqual({ requires: ['backtest'], minHistory: 100 });
  });

  it.each([
    ['a share above 100', 'share: 25', 'share: 101', '<=100'],
    ['an audit gate that is not there', 'gate: one }\ndrift', 'gate: three }\ndrift', 'expected one of the gates'],
    ['a window beyond a month', 'window: 24h', 'window: 32d', 'at most 31d'],
    ['a sum of no money', 'sum: amount', 'sum: note', 'expected a money fact of one currency'],
    ['a counter that is not declared', 'velocity.pays', 'velocity.payz', 'No such key: payz'],
    ['a fact named like the counters', 'note: { at', 'velocity: { at', 'this word is reserved'],
    ['a segment with a wrong type', `when: 'amount > money("100.00", "USD")'`, 'when: amount > 5', 'no such overload'],
  ])('refuses %s', (_what, from, to, message) => {
    expect(JSON.stringify(loadPolicy(POLICY.replace(from, to), 'x').problems)).toContain(message);
  });
});

describe('velocity counters', () => {
  it('are read as whole numbers and as money', () => {
    expect(decided().rule).toBe('noted');
    expect(decided({ velocity: { pays: 9, paid: { value: '5.00', currency: 'USD' } } }).rule).toBe('often');
    expect(decided({ velocity: { pays: 1, paid: { value: '500.01', currency: 'USD' } } }).rule).toBe('often');
  });

  it.each([
    ['no counter at all', null],
    ['one that is missing', { pays: 1 }],
    ['one below zero', { pays: -1, paid: { value: '5.00', currency: 'USD' } }],
    ['another currency', { pays: 1, paid: { value: '5.00', currency: 'EUR' } }],
  ])('count as unknown with %s', (_what, velocity) => {
    expect(decided({ velocity })).toMatchObject({ policy_decision: 'require_approval', rule: 'often' });
  });

  it('show their values in the explanation', () => {
    expect(decided({ velocity: { pays: 9, paid: { value: '5.00', currency: 'USD' } } }).trail[0]).toMatchObject({
      rule: 'often',
      values: { 'velocity.pays': 9, 'velocity.paid': { value: '5.00', currency: 'USD' } },
    });
  });
});

describe('sources', () => {
  it.each([
    ['nobody names', undefined],
    ['the agent states', { '/signals/score': 'agent' }],
    ['another provider states', { '/signals': 'other-engine' }],
    ['the agent states below its provider', { '/signals/score': 'agent', '/signals': 'fraud-engine' }],
    ['the agent states below its provider, named later', { '/signals': 'fraud-engine', '/signals/score': 'agent' }],
    ['the provider states, with a part from elsewhere', { '/signals/score': 'fraud-engine', '/signals/score/x': 'y' }],
  ])('a signal that %s counts as missing', (_what, stated) => {
    expect(decided({ stated })).toMatchObject({ policy_decision: 'deny', unknown: ['/signals/score'] });
  });

  it('a signal counts when its provider states it, there or above', () => {
    expect(decided({ stated: { '/signals': 'fraud-engine' } })).toMatchObject({ rule: 'noted', unknown: [] });
  });

  it("an agent's fact counts as missing when somebody else states it", () => {
    const stated = { '/signals/score': 'fraud-engine', '/parameters': 'fraud-engine' };
    expect(decided({ stated }).unknown).toEqual(['/parameters/amount', '/parameters/note']);
  });
});

it('an explanation does not repeat what is sensitive', () => {
  const { trail } = decided();
  expect(trail.find(({ rule }) => rule === 'noted')?.values).toEqual({ note: '(sensitive)' });
  expect(JSON.stringify(decided({ parameters: {} }).trail)).toContain('"note":null');
});
