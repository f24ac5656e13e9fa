import { decide } from './decide.js';
import { loadPolicy } from './load-policy.js';
import { seededRandom } from './check/random.js';
import { referenceDifferences } from './reference/compare.js';
import type { PolicyAction } from './action.js';

const policyOf = (fact: string, currency: string) =>
  loadPolicy(
    `name: sums
action_types: { pay: { facts: { amount: { at: /parameters/amount, type: money, currency: "${currency}"${fact} } } } }
rules: [{ name: small, when: 'amount < money("100", "${currency}")', then: allow }]
gates: { one: { quorum: 1, roles: [r] } }
fallback: one
`,
    'sums.yaml',
  );
const actionOf = (parameters: unknown): PolicyAction =>
  ({
    ...{ action_type: 'pay', environment: 'production', agent_version: 'v1', model_id: 'm', target: null },
    ...{ on_behalf_of: null, confidence: null, signals: null, before: null, after: null, parameters },
  }) as PolicyAction;
const USUAL = { fact: '', currency: 'USD' };
const BARE = { fact: ', bare_number: true', currency: 'USD' };
const MINOR = { fact: ', bare_number: true, minor_units: true', currency: 'USD' };
const MINOR_YEN = { fact: ', bare_number: true, minor_units: true', currency: 'JPY' };
const MINOR_MONEY = { fact: ', minor_units: true', currency: 'USD' };
const ELSEWHERE = { fact: ', currency_at: /parameters/paid_in', currency: 'EUR' };
const LIST = { fact: ', bare_number: true, each: /fee, fold: sum', currency: 'USD' };
const USDC = { fact: '', currency: 'USDC' };
const money = (value: unknown, currency: unknown) => ({ amount: { value, currency } });

describe('an amount of money', () => {
  it.each<[string, { fact: string; currency: string }, unknown, 'below 100' | 'not below 100' | 'unknown']>([
    ['in small letters', USUAL, money('90', 'usd'), 'below 100'],
    ['of a stablecoin', USUAL, money('90', 'USDC'), 'unknown'],
    ['of a look-alike', USUAL, money('90', 'u\u017fd'), 'unknown'],
    ['that is 99 or 99.00', USUAL, money('99', 'USD'), 'below 100'],
    ['at the bound', USUAL, money('100.00', 'USD'), 'not below 100'],
    ['with a leading zero', USUAL, money('099.00', 'USD'), 'unknown'],
    ['with 18 decimals', USDC, money('99.999999999999999999', 'USDC'), 'below 100'],
    ['with 18 decimals, above', USDC, money('100.000000000000000001', 'USDC'), 'not below 100'],
    ['of another text', USDC, money('90', 'usdc'), 'unknown'],
    ['of dollars where coins are meant', USDC, money('90', 'USD'), 'unknown'],
    ['that is bare', BARE, { amount: 90 }, 'below 100'],
    ['that is bare, and beside it its currency', BARE, { amount: 90, currency: 'usd' }, 'below 100'],
    ['that is bare, and beside it another currency', BARE, { amount: 90, currency: 'eur' }, 'unknown'],
    ['that is bare, and beside it another code', BARE, { amount: 90, currencyCode: 'EUR' }, 'unknown'],
    ['that is bare, and beside it a coin', BARE, { amount: 90, amount_currency: 'USDC' }, 'unknown'],
    ['that is bare, and beside it no text', BARE, { amount: 90, currency: 840 }, 'unknown'],
    ['in cents', MINOR, { amount: 9_000 }, 'below 100'],
    ['in cents, above', MINOR, { amount: 10_000 }, 'not below 100'],
    ['in cents with decimals', MINOR, { amount: 90.5 }, 'unknown'],
    ['in yen', MINOR_YEN, { amount: 99 }, 'below 100'],
    ['in cents, of another currency', MINOR, { amount: 9_000, currency: 'eur' }, 'unknown'],
    ['in cents as money', MINOR_MONEY, money('9000', 'usd'), 'below 100'],
    ['in cents as money with decimals', MINOR_MONEY, money('90.00', 'USD'), 'unknown'],
    ['with its currency elsewhere', ELSEWHERE, { amount: 90, paid_in: 'eur' }, 'below 100'],
    ['as a text with its currency elsewhere', ELSEWHERE, { amount: '90.00', paid_in: 'EUR' }, 'below 100'],
    ['with another currency elsewhere', ELSEWHERE, { amount: 90, paid_in: 'USD' }, 'unknown'],
    ['with no currency elsewhere', ELSEWHERE, { amount: 90 }, 'unknown'],
    ['of a list', LIST, { amount: [{ fee: 40 }, { fee: 50, currency: 'USD' }] }, 'below 100'],
    [
      'of a list with a part of another currency',
      LIST,
      { amount: [{ fee: 4 }, { fee: 5, currency: 'EUR' }] },
      'unknown',
    ],
    ['of a list beside another currency', LIST, { amount: [{ fee: 4 }], currency: 'EUR' }, 'unknown'],
  ])('%s', (_what, { fact, currency }, parameters, expected) => {
    const { policy, problems } = policyOf(fact, currency);
    expect(problems).toEqual([]);
    const { effective_decision, unknown } = decide({ policy: policy!, version: 1 }, actionOf(parameters));
    const read = unknown.length > 0 ? 'unknown' : effective_decision === 'allow' ? 'below 100' : 'not below 100';
    expect(read).toBe(expected);
  });

  it.each([
    ['a code in small letters', '', 'usd'],
    ['a hidden character', '', 'US\\u200bDC'],
    ['too long a text', '', 'x'.repeat(65)],
    ['the smallest unit of no ISO 4217 currency', ', minor_units: true', 'USDC'],
  ])('is refused in a policy with %s', (_what, fact, currency) => {
    expect(policyOf(fact, currency).problems).not.toEqual([]);
  });

  it('is read as its type says of all its money', () => {
    const facts = 'facts: { amount: { at: /parameters/amount, type: money, currency: EUR } }';
    const { policy, problems } = loadPolicy(
      `name: sums
action_types: { pay: { minor_units: true, currency_at: /parameters/paid_in, ${facts} } }
rules: [{ name: small, when: 'amount < money("100", "EUR")', then: allow }]
gates: { one: { quorum: 1, roles: [r] } }
fallback: one
`,
      'sums.yaml',
    );
    expect(problems).toEqual([]);
    const decided = (parameters: object) => {
      const action = actionOf(parameters);
      expect(referenceDifferences(policy!, action)).toEqual([]);
      return decide({ policy: policy!, version: 1 }, action).effective_decision;
    };
    expect(decided({ amount: 9_000, paid_in: 'eur' })).toBe('allow');
    expect(decided({ amount: 10_000, paid_in: 'eur' })).toBe('require_approval');
    expect(decided({ amount: 9_000, paid_in: 'usd' })).toBe('require_approval');
  });

  it('is the same to both evaluators', () => {
    const random = seededRandom(11);
    const pick = <T>(...all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
    const amount = (): unknown =>
      pick<unknown>(
        '99',
        '99.00',
        '100',
        '099',
        '+5',
        '1e2',
        '-1',
        '99.5',
        `99.${'9'.repeat(18)}`,
        99,
        9_999,
        10_000,
        1e-7,
        null,
      );
    const currency = (): unknown =>
      pick<unknown>('USD', 'usd', 'Usd', 'EUR', 'USDC', 'usdc', 'u\u017fd', 'JPY', 840, null);
    const one = (): unknown => pick(amount, () => ({ value: amount(), currency: currency() }))();
    const parameters = (): unknown => ({
      amount: pick<() => unknown>(one, one, () => [one(), { fee: one(), currency: currency() }])(),
      ...pick<object>({}, { currency: currency() }, { paid_in: currency() }, { feeCurrency: currency() }),
    });
    const kinds = [USUAL, BARE, MINOR, MINOR_YEN, MINOR_MONEY, ELSEWHERE, LIST, USDC];
    for (const { fact, currency: code } of kinds) {
      const { policy } = policyOf(fact, code);
      const found = Array.from({ length: 1_250 }, () => actionOf(parameters()));
      expect(found.flatMap((action) => referenceDifferences(policy!, action))).toEqual([]);
    }
  });
});
