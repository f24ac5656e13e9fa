import type { PolicyAction, ProposedFacts } from './action.js';
import { actionOf } from './action.js';
import { readAttested } from './attested.js';
import type { CompiledPolicy } from './compiled.js';
import { decide } from './decide.js';
import { explain } from './explain.js';
import { loadPolicy } from './load-policy.js';
import { referenceDifferences } from './reference/compare.js';

const loaded = loadPolicy(
  `
name: scored
action_types:
  pay:
    sensitive: [/signals/origin]
    facts:
      fraud: { at: /signals/score, type: number, min: 0, max: 1, stated_by: fraud-service }
      brand: { at: /signals/score, type: number, stated_by: brand-check }
      own: { at: /signals/score, type: number }
      origin: { at: /signals/origin, type: string, stated_by: fraud-service }
      secret: { at: /parameters/secret, type: bool, stated_by: fraud-service }
rules:
  - { name: vouched, when: 'fraud < 0.2', then: allow }
  - { name: rest, then: require_approval, gate: two }
gates: { two: { quorum: 2, roles: [finance] } }
fallback: two
`,
  'scored.yaml',
);
const policy = loaded.policy as CompiledPolicy;
const speaker = { policy, version: 1 };

const proposed = (attestations: string | null, signals: string | null = null): PolicyAction =>
  actionOf({
    ...{ action_id: 'act_1', agent_id: 'bot', agent_version: 'v1', model_id: 'm1', action_type: 'pay' },
    ...{ environment: 'production', on_behalf_of: null, target: null, confidence: null, parameters: '{"secret":true}' },
    ...{ before: null, after: null, submitted_at: 0, attestations, signals },
  } satisfies ProposedFacts);
const by = (provider: string, signals: object, more: object[] = []): string =>
  JSON.stringify([{ provider, signals, attested_at: '2026-06-19T12:00:00.000Z' }, ...more]);

const factOf = (action: PolicyAction, name: string) =>
  explain(speaker, action).facts.find((fact) => fact.name === name);

describe('a fact of a named provider', () => {
  it('is what its attestation says, whatever the agent states', () => {
    expect(decide(speaker, proposed(by('fraud-service', { score: 0.1 }), '{"score":0.9}'))).toMatchObject({
      ...{ policy_decision: 'allow', rule: 'vouched' },
    });
    expect(decide(speaker, proposed(by('fraud-service', { score: 0.9 }), '{"score":0.1}'))).toMatchObject({
      ...{ policy_decision: 'require_approval', rule: 'rest' },
    });
  });

  it.each<[string, string | null]>([
    ['nobody attests', null],
    ['another provider attests', by('brand-check', { score: 0.1 })],
    ['its provider attests something else', by('fraud-service', { other: 0.1 })],
    ['its provider attests null', by('fraud-service', { score: null })],
    ['its provider attests a text', by('fraud-service', { score: '0.1' })],
    [
      'its provider is named twice',
      by('fraud-service', { score: 0.1 }, [{ provider: 'fraud-service', signals: { score: 0.1 } }]),
    ],
    ['the attestations cannot be read', '[{"provider":'],
    ['the attestations are no list', '{"fraud-service":{"score":0.1}}'],
    [
      'an attestation is of another form',
      '[null,1,{"provider":1,"signals":{}},{"provider":"fraud-service","signals":[0.1]}]',
    ],
    ['a provider has the name of an inherited member', by('__proto__', { score: 0.1 })],
  ])('is missing when %s, also when the agent states it', (_, attestations) => {
    for (const signals of [null, '{"score":0.1}']) {
      const action = proposed(attestations, signals);
      expect(decide(speaker, action)).toMatchObject({ policy_decision: 'require_approval', gate: { name: 'two' } });
      expect(decide(speaker, action).unknown).toContain('/signals/score');
      expect(referenceDifferences(policy, action)).toEqual([]);
    }
  });

  it('is explained with its source, two providers and the agent apart', () => {
    const action = proposed(
      by('fraud-service', { score: 0.1 }, [{ provider: 'brand-check', signals: { score: 5 }, attested_at: '' }]),
      '{"score":0.7}',
    );
    expect(factOf(action, 'fraud')).toMatchObject({ status: 'known', stated_by: 'fraud-service', value: 0.1 });
    expect(factOf(action, 'brand')).toMatchObject({ status: 'known', stated_by: 'brand-check', value: 5 });
    expect(factOf(action, 'own')).toMatchObject({ status: 'known', stated_by: 'agent', value: 0.7 });
    expect(referenceDifferences(policy, action)).toEqual([]);
  });

  it('is explained as stated by somebody else, or as not comparable with the value of its own provider', () => {
    expect(factOf(proposed(null, '{"score":0.7}'), 'fraud')).toMatchObject({ status: 'other_source', value: 0.7 });
    expect(factOf(proposed(by('brand-check', { score: 3 })), 'fraud')).toMatchObject({
      status: 'other_source',
      value: 3,
    });
    expect(factOf(proposed(by('fraud-service', { score: 7 }), '{"score":0.7}'), 'fraud')).toMatchObject({
      ...{ status: 'not_comparable', value: 7 },
    });
  });

  it('that is sensitive is not repeated', () => {
    expect(factOf(proposed(by('fraud-service', { origin: 'x' })), 'origin')).toMatchObject({ value: '(sensitive)' });
  });

  it('outside of the signals is nothing that a provider attests', () => {
    expect(factOf(proposed(by('fraud-service', { secret: true })), 'secret')).toMatchObject({ status: 'other_source' });
  });
});

describe('readAttested', () => {
  it('gives signals by provider', () => {
    expect(readAttested([{ provider: 'a', signals: { x: 1 } }])).toEqual({ a: { x: 1 } });
    expect(readAttested([])).toBeNull();
    expect(readAttested(null)).toBeNull();
  });
});
