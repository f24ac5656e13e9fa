import { readFileSync } from 'node:fs';
import { canonicalize, parseJson } from '@countersign/canonical';
import type { JsonValue, RedactionKeys } from '@countersign/canonical';
import { admit } from './admit.js';
import type { Proposer, Submission } from './admit.js';
import { termsUnder } from './testing/terms-under.js';

const proposer: Proposer = {
  id: 'refund-agent',
  tenant: 'acme',
  environments: ['staging', 'production'],
  operators: ['oli'],
};
const keys = { acme: { key_id: 'k7', key: '00'.repeat(32) } };
const types = new URL('../../../infra/policies/action_types/', import.meta.url);
const termsOf = termsUnder(['refund'], (type) => readFileSync(new URL(`${type}.yaml`, types), 'utf8'));
const admitBy = (submission: Submission, by: RedactionKeys, nowMs: number) =>
  admit(submission, proposer, { keys: by, termsOf, nowMs });

// The example of docs/api.md.
const example = {
  run_id: 'agent-2026-06-19-001',
  agent: { id: 'refund-agent', version: 'v1.4.2' },
  model: { id: 'gpt-5o' },
  action_type: 'refund',
  environment: 'production',
  on_behalf_of: 'customer:812',
  target: 'order:12345',
  parameters: { order_id: '12345', method: 'card', amount: { value: '6000.00', currency: 'USD' } },
  before: { refunded: '0.00' },
  after: { refunded: '6000.00' },
  rationale: 'Parcel lost, carrier confirmed.',
  confidence: 0.91,
  signals: { fraud_score: 0.12, anomaly: false },
  context: { prompt: 'Refund the parcel', inputs: ['a', { b: 7, c: true, d: null }], output: 'ok' },
  preconditions: { order_etag: '7' },
  supersedes: null,
  reverses: null,
  respond_within_s: null,
};
type Example = Partial<Record<keyof typeof example, unknown>> & Record<string, unknown>;

const admitted = (changes: Example = {}, via: 'http' | 'kafka' = 'http') => {
  const body = parseJson(JSON.stringify({ ...example, ...changes }));
  return admitBy({ body, idempotency_key: 'k-1', via }, keys, 1_781_870_400_000);
};
const refusal = (changes: Example): unknown => {
  try {
    return admitted(changes);
  } catch (error) {
    return error;
  }
};

describe('admitted proposal', () => {
  it('has the digest and id of the contract', () => {
    expect(admitted()).toMatchObject({
      digest: 'sha256:2bc98058215ebfb84d46fb1bf041c26e5d45c664dee27b17587711fc56bba6a7',
      action_id: 'act_42c5f297-9a6d-5ca8-a78a-de638ee55f46',
      parameters: '{"amount":{"currency":"USD","value":"6000.00"},"method":"card","order_id":"12345"}',
      ...{
        tenant: 'acme',
        agent_id: 'refund-agent',
        operators: ['oli'],
        idempotency_key: 'k-1',
        submitted_via: 'http',
      },
      ...{ amount_value: '6000.00', amount_currency: 'USD', submitted_at: 1_781_870_400_000 },
    });
  });

  it('shows what changes as an RFC 6902 patch', () => {
    expect(JSON.parse(admitted().diff ?? '')).toEqual([{ op: 'replace', path: '/refunded', value: '6000.00' }]);
    expect(admitted({ action_type: 'deploy', after: undefined }).diff).toBeNull();
  });

  it('keeps the context as it was given', () => {
    expect(JSON.parse(admitted().context ?? '')).toEqual(example.context);
  });

  it('is the same body whether members are null or absent, over HTTP or Kafka, and no other', () => {
    const { supersedes: _s, respond_within_s: _r, ...short } = example;
    const body = parseJson(JSON.stringify(short));
    expect(admitBy({ body, idempotency_key: 'k', via: 'kafka' }, keys, 5).body_hash).toBe(admitted().body_hash);
    for (const other of [
      { rationale: 'x' },
      { confidence: 0.9 },
      { run_id: 'x' },
      { context: { prompt: 'x' } },
      { supersedes: 'act_x' },
    ]) {
      expect(admitted(other).body_hash).not.toBe(admitted().body_hash);
    }
  });

  it('is admitted with the required members alone', () => {
    const { run_id, agent, model, action_type, environment, parameters } = example;
    const body = { run_id, agent, model, action_type, environment, parameters } as JsonValue;
    expect(admitBy({ body, idempotency_key: 'k', via: 'http' }, keys, 0)).toMatchObject({
      ...{ before: null, after: null, diff: null, rationale: null, confidence: null, signals: null, context: null },
      ...{
        preconditions: null,
        on_behalf_of: null,
        target: null,
        supersedes: null,
        reverses: null,
        respond_within_s: null,
      },
    });
  });
});

describe('the amount of a proposal', () => {
  it.each([
    ['a code in small letters', '90.00', 'eur', 'EUR'],
    ['a stablecoin', '0.000000000000000001', 'USDC', 'USDC'],
    ['points', '5', 'loyalty points', 'loyalty points'],
    ['a look-alike of a code', '5', 'u\u017fd', 'u\u017fd'],
  ])('is of %s, and stays in the parameters as it was sent', (_what, value, currency, amount_currency) => {
    const body = { ...example, before: null, after: null, parameters: { amount: { value, currency } } } as JsonValue;
    expect(admitBy({ body, idempotency_key: 'k', via: 'http' }, keys, 0)).toMatchObject({
      ...{ amount_value: value, amount_currency },
      parameters: canonicalize({ amount: { value, currency } }),
    });
  });
});

describe('refused proposal', () => {
  const usd = (value: unknown) => ({ parameters: { amount: { value, currency: 'USD' } } });
  it.each<[string, Example, string, string]>([
    ['run_id missing', { run_id: undefined }, 'invalid_action', '/run_id'],
    ['run_id a number', { run_id: 7 }, 'invalid_action', '/run_id'],
    ['run_id empty', { run_id: '' }, 'invalid_action', '/run_id'],
    ['agent missing', { agent: undefined }, 'invalid_action', '/agent'],
    ['agent version missing', { agent: { id: 'refund-agent' } }, 'invalid_action', '/agent/version'],
    ['model a string', { model: 'gpt-5o' }, 'invalid_action', '/model'],
    ['action_type missing', { action_type: undefined }, 'invalid_action', '/action_type'],
    ['environment unknown', { environment: 'prod' }, 'invalid_action', '/environment'],
    ['environment null', { environment: null }, 'invalid_action', '/environment'],
    ['parameters missing', { parameters: undefined }, 'invalid_action', '/parameters'],
    ['parameters an array', { parameters: [] }, 'invalid_action', '/parameters'],
    ['an unknown member', { colour: 'red' }, 'invalid_action', '/colour'],
    ['an idempotency key in the body', { idempotency_key: 'k' }, 'invalid_action', '/idempotency_key'],
    ['a slash in an unknown member', { 'a/b~c': 1 }, 'invalid_action', '/a~1b~0c'],
    ['confidence 91', { confidence: 91 }, 'invalid_action', '/confidence'],
    ['confidence below 0', { confidence: -0.01 }, 'invalid_action', '/confidence'],
    ['confidence a string', { confidence: '0.9' }, 'invalid_action', '/confidence'],
    ['signals an array', { signals: [1] }, 'invalid_action', '/signals'],
    ['respond_within_s 0', { respond_within_s: 0 }, 'invalid_action', '/respond_within_s'],
    ['respond_within_s 1.5', { respond_within_s: 1.5 }, 'invalid_action', '/respond_within_s'],
    ['money as 1e2', usd('1e2'), 'invalid_action', '/parameters/amount'],
    ['money with three decimals', usd('99.999'), 'invalid_action', '/parameters/amount'],
    ['money as a number', usd(99), 'invalid_action', '/parameters/amount'],
    ['money with a plus', usd('+5.00'), 'invalid_action', '/parameters/amount'],
    ['money with commas', usd('1,000.00'), 'invalid_action', '/parameters/amount'],
    ['money with a leading zero', usd('007'), 'invalid_action', '/parameters/amount'],
    [
      'money of no currency',
      { parameters: { amount: { value: '1', currency: 'dol\u200blars' } } },
      'invalid_action',
      '/parameters/amount',
    ],
    [
      'yen with decimals',
      { parameters: { a: [{ fee: { value: '1.5', currency: 'JPY' } }] } },
      'invalid_action',
      '/parameters/a/0/fee',
    ],
    ['another agent', { agent: { id: 'deploy-agent', version: '1' } }, 'agent_mismatch', '/agent/id'],
    ['an environment that the key lacks', { environment: 'canary' }, 'environment_not_allowed', '/environment'],
    ['an after that contradicts', { after: { refunded: '60.00' } }, 'diff_contradicts_parameters', '/after/refunded'],
  ])('for %s', (_what, changes, code, pointer) => {
    expect(refusal(changes)).toMatchObject({ code, details: { pointer } });
  });

  it.each([null, 7, 'text', [], {}])('when the body is %j', (body) => {
    expect(() => admitBy({ body, idempotency_key: 'k', via: 'http' }, keys, 0)).toThrow(
      expect.objectContaining({ code: 'invalid_action' }),
    );
  });

  it('when there is no body', () => {
    expect(() => admitBy({ body: undefined, idempotency_key: 'k', via: 'http' }, keys, 0)).toThrow(
      expect.objectContaining({ code: 'malformed' }),
    );
  });
});

describe('amounts that are data', () => {
  it.each([
    ['a bare number', { amount: 6000 }],
    ['zero', { amount: { value: '0.00', currency: 'USD' } }],
    ['a negative one', { amount: { value: '-5', currency: 'USD' } }],
    ['another currency', { amount: { value: '5', currency: 'JPY' } }],
    ['no currency', { amount: { value: '1e2' } }],
  ])('are admitted for policy to judge: %s', (_what, parameters) => {
    expect(admitted({ parameters, before: undefined, after: undefined })).toMatchObject({ action_type: 'refund' });
  });
});

describe('state after a refund', () => {
  it('is derived when the agent is silent, and says so', () => {
    const action = admitted({ after: undefined, before: { refunded: '10.50', order: 'x' } });
    expect(action).toMatchObject({ after: '{"order":"x","refunded":"6010.50"}', after_stated_by: 'countersign' });
    expect(JSON.parse(action.diff ?? '')).toEqual([{ op: 'replace', path: '/refunded', value: '6010.50' }]);
  });

  it('is the agent’s own when it agrees, however it writes the amount', () => {
    expect(admitted({ after: { refunded: '6000', note: 'x' } })).toMatchObject({ after_stated_by: 'agent' });
  });

  it.each([
    [
      'the state before is in another currency',
      { before: { refunded: '0.00', currency: 'EUR' }, after: { refunded: '1' } },
    ],
    ['the state before is no decimal', { before: { refunded: 0 }, after: { refunded: 1 } }],
    ['the amount is a bare number', { parameters: { amount: 5 }, after: { refunded: '1' } }],
    ['it is no refund', { action_type: 'constructor', after: { refunded: '1' } }],
  ])('cannot be derived when %s', (_what, changes) => {
    expect(admitted(changes)).toMatchObject({ after_stated_by: 'agent' });
  });

  it('contradicts when the member is gone or no decimal', () => {
    for (const after of [{}, { refunded: 6000 }, { refunded: '6e3' }, 'x']) {
      expect(refusal({ after })).toMatchObject({ code: 'diff_contradicts_parameters' });
    }
  });
});
