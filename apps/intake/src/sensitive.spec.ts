import { readFileSync } from 'node:fs';
import { actionDigest } from '@countersign/canonical';
import type { JsonValue, RedactionKeys } from '@countersign/canonical';
import { encode } from '@countersign/events';
import type { ActionProposed } from '@countersign/events';
import { admit } from './admit.js';
import { termsUnder } from './testing/terms-under.js';

const proposer = { id: 'records-agent', tenant: 'acme', environments: ['production'], operators: [] };
const keys: RedactionKeys = { acme: { key_id: 'k7', key: '00'.repeat(32) } };
const RECORD = `action_type: record
sensitive: [/parameters/patient, /parameters/amount, /parameters/list/1/name, /before/name, /signals/score, /signals/ill, /signals/absent, /context/inputs/0, /preconditions/ssn]
preconditions: [record_version]
preconditions_required: true
after:
  name: { from: /parameters/name }
  copy: { merge: [/parameters/patient] }
  total: { add: [/before/total, /parameters/amount] }
`;
const termsOf = termsUnder(['record'], () => RECORD);
// Each value is one that nothing else contains.
const body = {
  ...{ run_id: 'r', agent: { id: 'records-agent', version: '1' }, model: { id: 'm' } },
  ...{ action_type: 'record', environment: 'production', preconditions: { record_version: '7', ssn: 'CANARY-7' } },
  parameters: {
    patient: { id: 'CANARY-1', born: 19770101, notes: ['CANARY-2', null], dead: false },
    amount: { value: '771177.25', currency: 'USD' },
    list: ['plain-0', { name: 'CANARY-3', other: 'plain-1' }],
    name: 'plain-2',
  },
  before: { name: 'CANARY-4', total: '0.50' },
  signals: { score: 0.771177, ill: true, open: 0.5 },
  context: { prompt: 'plain-3', inputs: [{ deep: ['CANARY-6'] }, 'plain-4'] },
};
const CANARIES = /CANARY|19770101|771177|771178/;

const admitted = (changes: object = {}, by = keys): ActionProposed => {
  const submission = { body: { ...body, ...changes } as JsonValue, idempotency_key: 'k', via: 'kafka' as const };
  return admit(submission, proposer, { keys: by, termsOf, nowMs: 0 });
};
const bytesOf = (action: ActionProposed): string => encode('ActionProposed', action).toString('latin1');

describe('a sensitive value', () => {
  it.each<[string, RedactionKeys]>([
    ['with a key', keys],
    ['without a key', {}],
  ])('is in no byte of the event, in whatever member it stands, %s', (_name, by) => {
    for (const after of [undefined, { name: 'plain-2', copy: body.parameters.patient, total: '771177.75' }])
      expect(bytesOf(admitted({ after }, by))).not.toMatch(CANARIES);
  });

  it('is one hash, whatever it is, and leaves its absence and all else', () => {
    const action = admitted();
    const hash = expect.stringMatching(/^hmac-sha256:k7:[0-9a-f]{64}$/) as string;
    expect(JSON.parse(action.parameters)).toEqual({
      patient: hash,
      amount: hash,
      list: ['plain-0', { name: hash, other: 'plain-1' }],
      name: 'plain-2',
    });
    expect(JSON.parse(action.signals ?? '')).toEqual({ score: hash, ill: hash, open: 0.5 });
    expect(JSON.parse(action.context ?? '')).toEqual({ prompt: 'plain-3', inputs: [hash, 'plain-4'] });
    expect(JSON.parse(action.preconditions ?? '')).toEqual({ record_version: '7', ssn: hash });
    expect(action).toMatchObject({ amount_value: null, amount_currency: null, after_stated_by: 'countersign' });
  });

  it('is listed, with what is derived from it, where there is one', () => {
    expect(admitted().sensitive).toEqual([
      ...['/after/copy', '/after/name', '/after/total', '/before/name', '/before/total', '/context/inputs/0'],
      ...['/parameters/amount', '/parameters/list/1/name', '/parameters/patient', '/preconditions/ssn'],
      ...['/signals/ill', '/signals/score'],
    ]);
  });

  it('is in the digest as the executor computes it, and nowhere else', () => {
    const { parameters, preconditions, action_type, environment } = body;
    const facts = { tenant: 'acme', agent_id: 'records-agent', action_type, environment, parameters, preconditions };
    expect(admitted().digest).toBe(actionDigest({ ...facts, on_behalf_of: null, target: null }));
  });

  it('tells two bodies apart, also without a key', () => {
    const other = { parameters: { ...body.parameters, patient: { id: 'CANARY-9' } } };
    for (const by of [keys, {}]) {
      expect(admitted({}, by).body_hash).toBe(admitted({}, by).body_hash);
      expect(admitted(other, by).body_hash).not.toBe(admitted({}, by).body_hash);
    }
  });

  it('is in no problem that a proposal is refused with', () => {
    expect(() => admitted({ after: { name: 'CANARY-5', total: '1' } })).toThrow(
      expect.objectContaining({ code: 'diff_contradicts_parameters', message: expect.not.stringMatching(CANARIES) }),
    );
  });
});

describe('a precondition that the type requires', () => {
  it.each([[undefined], [null], [{}], [{ other: 1 }], [{ record_version: null }]])(
    'is missed in %j',
    (preconditions) => {
      expect(() => admitted({ preconditions })).toThrow(
        expect.objectContaining({ code: 'invalid_action', details: { pointer: '/preconditions/record_version' } }),
      );
    },
  );

  it('may stand beside others', () => {
    expect(admitted({ preconditions: { record_version: '7', more: 1 } }).preconditions).toContain('more');
  });

  it('is not asked for by the types that come with the system', () => {
    const folder = new URL('../../../infra/policies/action_types/', import.meta.url);
    const shipped = termsUnder(['refund'], (type) => readFileSync(new URL(`${type}.yaml`, folder), 'utf8'));
    expect(shipped('acme', 'refund').required).toEqual([]);
  });
});
