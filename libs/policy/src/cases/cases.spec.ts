import { loadPolicy } from '../load-policy.js';
import { readCases } from './read-cases.js';
import { runCases } from './run-cases.js';

const POLICY = `name: pay
action_types:
  pay:
    facts: { amount: { at: /parameters/amount, type: money, currency: USD }, score: { at: /signals/score, type: number } }
classify:
  impact: [{ is: high, when: 'amount > money("10.00", "USD")' }, { is: low }]
  reversibility: [{ is: high }]
  regulatory_pressure: [{ is: low }]
matrix: [{ impact: high, approval: yes, gate: one }, { approval: no }]
rules: [{ name: sure, when: score < 0.5, then: allow, explanation: low score }, { name: rest, then: require_approval, gate: one }]
gates: { one: { quorum: 1, roles: [payer] } }
fallback: one
`;
const TABLE = `policy: pay
base: { action_type: pay, parameters: { amount: { value: '10.00', currency: USD } }, signals: { score: 0.1 } }
cases:
  - { name: at the bound, why: the bound is included, want: { decision: allow, rule: sure, gate: null, cell: no, impact: low, explains: low score } }
  - name: above it
    set: { /parameters/amount/value: '10.01' }
    want: { decision: require_approval, rule: null, gate: one, cell: yes, roles: [payer], respond_s: 3600 }
  - { name: no score, remove: [/signals/score], want: { decision: require_approval, rule: rest, unknown: [/signals/score] } }
  - { name: another type, set: { /action_type: other }, want: { policy: built-in, gate: built-in } }
`;

const policy = loadPolicy(POLICY, 'pay.yaml').policy!;
const run = (text: string) => runCases([policy], readCases(text, 'cases/pay.yaml').table!);

describe('cases', () => {
  it('pass where every wanted thing is seen', () => {
    expect(run(TABLE)).toMatchObject({ policy: 'pay', passed: 4, failed: 0 });
    expect(run(TABLE).results[0]).toMatchObject({ name: 'at the bound', why: 'the bound is included', line: 4 });
  });

  it('name file, line, what was wanted and what was seen', () => {
    const { results } = run(TABLE.replace('decision: require_approval, rule: null', 'decision: allow, rule: sure'));
    expect(results.filter((one) => !one.passed)).toEqual([
      {
        name: 'above it',
        why: null,
        file: 'cases/pay.yaml',
        line: 5,
        passed: false,
        differences: [
          { field: 'decision', wanted: 'allow', seen: 'require_approval' },
          { field: 'rule', wanted: 'sure', seen: null },
        ],
      },
    ]);
  });

  it('fail where another policy speaks than the table says', () => {
    expect(run(TABLE.replace('policy: built-in, gate', 'gate')).results.at(-1)?.differences).toEqual([
      { field: 'policy', wanted: 'pay', seen: 'built-in' },
    ]);
  });

  it('leave the base as it is', () => {
    const { table } = readCases(TABLE, 'x');
    expect(table?.cases[0]?.action.parameters).toEqual({ amount: { value: '10.00', currency: 'USD' } });
    expect(table?.cases[1]?.action.parameters).toEqual({ amount: { value: '10.01', currency: 'USD' } });
    expect(table?.cases[2]?.action.signals).toEqual({});
  });

  it.each([
    [
      'a pointer outside the action',
      ['/parameters/amount/value:', '/paramters/amount/value:'],
      6,
      'pointer into the action',
    ],
    ['a thing that no decision has', ['explains:', 'explanation:'], 4, 'expected no field `explanation`'],
    ['a case that wants nothing', ['{ policy: built-in, gate: built-in }', '{}'], 9, 'at least one thing to want'],
    ['a verdict that there is not', ['decision: allow', 'decision: permit'], 4, 'allow'],
    ['a base member that no action has', ['signals: { score: 0.1 }', 'signal: { score: 0.1 }'], 2, 'signal'],
  ])('refuse %s', (_what, [from, to], line, message) => {
    const { table, problems } = readCases(TABLE.replace(from ?? '', to ?? ''), 'x.yaml');
    expect(table).toBeNull();
    expect(problems).toContainEqual(
      expect.objectContaining({ file: 'x.yaml', line, message: expect.stringContaining(message) as string }),
    );
  });
});
