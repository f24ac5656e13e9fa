import fc from 'fast-check';
import { compareDecimal } from '@countersign/canonical';
import { gateStrictness } from '@countersign/events';
import type { Gate } from '@countersign/events';
import type { PolicyAction } from './action.js';
import { parseDuration } from './duration.js';
import { explain } from './explain.js';
import { loadPolicy } from './load-policy.js';
import { moneyLiteral, readMoney, sumMoney } from './money.js';
import { BUILT_IN_POLICY, evaluate, policySetOf } from './policy-set.js';

const action = (over: Partial<PolicyAction> = {}): PolicyAction => ({
  action_type: 'pay',
  environment: 'production',
  target: null,
  on_behalf_of: null,
  agent_version: 'v1',
  model_id: 'm1',
  confidence: null,
  parameters: {},
  signals: null,
  before: null,
  after: null,
  ...over,
});

const version = (text: string, number = 1) => {
  const { policy, problems } = loadPolicy(text, 'test.yaml');
  if (policy === null) throw new Error(JSON.stringify(problems));
  return { policy, version: number };
};

const simple = (name: string, then: string, extra = ''): string =>
  `name: ${name}\naction_types: { pay: {} }\nrules: [{ name: only, then: ${then} }]\ngates: { one: { quorum: 1, roles: [r] }, two: { quorum: 2, roles: [r] } }\nfallback: one\n${extra}`;

describe('money', () => {
  const decimal = fc
    .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: 0, max: 99 }))
    .map(([whole, cents]) => `${whole}.${String(cents).padStart(2, '0')}`);

  it('compares like exact decimals', () => {
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        const [left, right] = [moneyLiteral(a, 'USD').units, moneyLiteral(b, 'USD').units];
        expect(left < right ? -1 : left > right ? 1 : 0).toBe(compareDecimal(a, b));
      }),
    );
  });

  it('sums amounts without a rounding error', () => {
    const amounts = ['0.1', '0.2', '999.7'].map((value) => moneyLiteral(value, 'USD'));
    expect(sumMoney('USD', amounts)).toMatchObject({ units: 100_000, value: '1000.0' });
  });

  it.each([['1e2'], ['1.001'], ['01'], [' 1'], [1], [null], ['NaN']])('does not read %p', (value) => {
    expect(readMoney({ value, currency: 'USD' }, 'USD')).toBeNull();
  });
});

describe('evaluate', () => {
  it('asks one approver when no policy is loaded', () => {
    const decision = evaluate(policySetOf([]), 'acme', action());
    expect(decision).toMatchObject({
      policy_name: 'built-in',
      unknown: ['/action_type'],
      effective_decision: 'require_approval',
      gate: { quorum: 1, roles: ['approver'], respond_s: 86_400, expire_s: 259_200 },
    });
    expect(BUILT_IN_POLICY.version).toBe(1);
  });

  it('lets the strictest of several policies speak', () => {
    const set = policySetOf([
      version(simple('a', 'allow')),
      version(simple('b', 'require_approval, gate: two')),
      version(simple('c', 'require_approval, gate: one')),
    ]);
    expect(evaluate(set, 'acme', action())).toMatchObject({ policy_name: 'b', gate: { quorum: 2 } });
  });

  it("prefers a tenant's own policy over the one for every tenant", () => {
    const set = policySetOf([
      version(simple('a', 'require_approval, gate: two')),
      version(`${simple('a', 'allow')}tenant: acme\n`, 3),
    ]);
    expect(evaluate(set, 'acme', action())).toMatchObject({ effective_decision: 'allow', policy_version: 3 });
    expect(evaluate(set, 'globex', action())).toMatchObject({
      effective_decision: 'require_approval',
      policy_version: 1,
    });
  });

  it('lifts an approval by a bypass, never a denial', () => {
    const bypass = 'environments: { staging: { bypass: true } }\n';
    const decide = (then: string) =>
      evaluate(policySetOf([version(simple('a', then, bypass))]), 'acme', action({ environment: 'staging' }));
    expect(decide('require_approval, gate: two')).toMatchObject({
      policy_decision: 'require_approval',
      effective_decision: 'allow',
      bypass: 'staging',
      gate: null,
    });
    expect(decide('deny')).toMatchObject({ policy_decision: 'deny', effective_decision: 'deny', bypass: null });
    expect(decide('allow')).toMatchObject({ policy_decision: 'allow', bypass: null });
  });

  it.each([
    ['enforce', 'require_approval'],
    ['partial', 'require_approval'],
    ['shadow', 'allow'],
    ['soft', 'allow'],
  ])('records what the rules say in mode %s, where %s binds', (mode, effective) => {
    const set = policySetOf([version(simple('a', 'require_approval, gate: two', `mode: ${mode}\n`))]);
    expect(evaluate(set, 'acme', action())).toMatchObject({
      mode,
      policy_decision: 'require_approval',
      effective_decision: effective,
    });
  });

  it('takes the stricter of cell and rule, and the fallback for a cell that is not defined', () => {
    const matrix = (approval: string): string =>
      `classify: { impact: [{ is: high }], reversibility: [{ is: low }], regulatory_pressure: [{ is: low }] }\nmatrix: [${approval}]\n`;
    const gateOf = (then: string, cell: string) =>
      evaluate(policySetOf([version(simple('a', then, matrix(cell)))]), 'acme', action()).gate?.name ?? null;
    expect(gateOf('allow', '{ impact: high, approval: yes, gate: two }')).toBe('two');
    expect(gateOf('require_approval, gate: two', '{ approval: yes, gate: one }')).toBe('two');
    expect(gateOf('allow', '{ approval: maybe, gate: two }')).toBeNull();
    expect(gateOf('allow', '{ approval: no }')).toBeNull();
    expect(gateOf('allow', '{ impact: low, approval: no }')).toBe('one');
  });

  it('falls back when no rule matches a cell that asks for nothing', () => {
    const text = `${simple('a', 'allow').replace('name: only', 'name: only, when: "false"')}classify: { impact: [{ is: low }], reversibility: [{ is: high }], regulatory_pressure: [{ is: low }] }\nmatrix: [{ approval: no }]\n`;
    expect(evaluate(policySetOf([version(text)]), 'acme', action())).toMatchObject({
      rule: null,
      gate: { name: 'one' },
    });
  });

  it('never throws, whatever the action looks like', () => {
    const set = policySetOf([
      version(
        simple('a', 'allow')
          .replace('pay: {}', 'pay: { facts: { n: { at: /parameters/n, type: number } } }')
          .replace('name: only', 'name: only, when: n > 1.0'),
      ),
    ]);
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (parameters, confidence) => {
        const decision = evaluate(
          set,
          'acme',
          action({ parameters: parameters as null, confidence: confidence as null }),
        );
        const known = (parameters as { n?: unknown } | null | undefined)?.n;
        if (!(typeof known === 'number' && known > 1)) expect(decision.effective_decision).toBe('require_approval');
      }),
    );
  });
});

describe('explain', () => {
  it('shows every fact and every rule, also what did not decide', () => {
    const text = simple('a', 'allow')
      .replace(
        'pay: {}',
        'pay: { facts: { n: { at: /parameters/n, type: number }, s: { at: /target, type: string } } }',
      )
      .replace('[{ name: only,', '[{ name: big, when: n > 1.0, then: deny }, { name: only,');
    const { decision, facts, rules } = explain(version(text), action({ parameters: { n: 'x' } }));
    expect(decision.effective_decision).toBe('deny');
    expect(facts).toEqual([
      { name: 'n', pointer: '/parameters/n', status: 'not_comparable', value: 'x', stated_by: 'agent' },
      { name: 's', pointer: '/target', status: 'missing', value: null, stated_by: 'agent' },
    ]);
    expect(rules.map(({ rule, result }) => [rule, result])).toEqual([
      ['big', null],
      ['only', true],
    ]);
  });
});

describe('gates', () => {
  const gate = (quorum: number, reason = 'never'): Gate => ({
    ...BUILT_IN_POLICY.policy.fallback.usual,
    quorum,
    reason,
  });

  const compare = (a: Gate, b: Gate): number => gateStrictness(a) - gateStrictness(b);

  it('orders gates by approvers, then by the duty to give a reason, then by what else they ask', () => {
    expect(compare(gate(2), gate(1, 'always'))).toBeGreaterThan(0);
    expect(compare(gate(1), gate(1, 'deny'))).toBeLessThan(0);
    expect(compare(gate(1, 'always'), { ...gate(1, 'deny'), hold: true })).toBeGreaterThan(0);
    expect(compare({ ...gate(1), evidence: ['invoice'] }, gate(1))).toBeGreaterThan(0);
    expect(compare({ ...gate(1), hold: true }, { ...gate(1), evidence: ['invoice'] })).toBeGreaterThan(0);
  });

  it.each([
    ['90s', 90],
    ['15m', 900],
    ['24h', 86_400],
    ['7d', 604_800],
    ['1.5h', null],
    ['0s', null],
    ['h', null],
  ])('reads the duration %s as %p', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });
});
