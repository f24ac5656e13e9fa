import type { JsonValue, RedactionKeys } from '@countersign/canonical';
import { admit } from './admit.js';
import { termsUnder } from './testing/terms-under.js';

const keys: RedactionKeys = {};
const proposer = { id: 'a', tenant: 'acme', environments: ['production'], operators: [] };

const admitted = (type: string, parameters: JsonValue) =>
  admit(
    {
      body: {
        ...{ run_id: 'run', agent: { id: 'a', version: 'v1' }, model: { id: 'm' }, action_type: 'charge' },
        ...{ environment: 'production', parameters },
      },
      idempotency_key: 'k',
      via: 'http',
    },
    proposer,
    { keys, termsOf: termsUnder(['charge'], () => `action_type: charge\n${type}\n`), nowMs: 0 },
  );

const facts = (more: string): string =>
  `facts: { amount: { at: /parameters/amount, type: money, currency: USD${more} } }`;

describe('the amount of a type that says how it is written', () => {
  it.each<[string, string, JsonValue, string | null]>([
    [
      'cents and a currency elsewhere',
      `${facts('')}\nminor_units: true\ncurrency_at: /parameters/currency`,
      { amount: 9_000, currency: 'eur' },
      '90.00 EUR',
    ],
    [
      'yen have no smaller unit',
      facts(', minor_units: true, currency_at: /parameters/currency'),
      { amount: 9_000, currency: 'JPY' },
      '9000 JPY',
    ],
    ['cents as money', `${facts('')}\nminor_units: true`, { amount: { value: '9000', currency: 'usd' } }, '90.00 USD'],
    ['bare cents', facts(', bare_number: true, minor_units: true'), { amount: 5 }, '0.05 USD'],
    ['half a cent', facts(', bare_number: true, minor_units: true'), { amount: 0.5 }, null],
    ['no currency', facts(', currency_at: /parameters/currency'), { amount: 5 }, null],
    [
      'a text elsewhere',
      facts(', currency_at: /parameters/coin'),
      { amount: '5.000001', coin: 'USDC' },
      '5.000001 USDC',
    ],
    ['plain money', facts(''), { amount: { value: '90.00', currency: 'eur' } }, '90.00 EUR'],
  ])('%s', (_what, type, parameters, amount) => {
    const { amount_value, amount_currency } = admitted(type, parameters);
    expect(amount_value === null ? amount_currency : `${amount_value} ${amount_currency}`).toBe(amount);
  });
});
