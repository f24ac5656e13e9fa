import type { JsonValue } from '@countersign/canonical';
import { newProviderKey } from '@countersign/service';
import { attest as sign, factsOf } from '@countersign/sdk';
import type { JsonObject, Proposal } from '@countersign/sdk';
import { admit } from './admit.js';
import type { Proposer } from './admit.js';
import { attest } from './attestations.js';

const proposer: Proposer = { id: 'refund-agent', tenant: 'acme', environments: ['production'], operators: [] };
const proposal: Proposal = {
  ...{ run_id: 'r-1', agent: { id: 'refund-agent', version: 'v1' }, model: { id: 'm1' }, action_type: 'refund' },
  ...{ environment: 'production', parameters: { amount: { value: '40.00', currency: 'USD' } } },
  signals: { fraud_score: 0.9 },
};
const NOW_MS = 1_781_870_400_000;
const keys = { 'fraud-service': newProviderKey(0), 'brand-check': newProviderKey(0) };
type Provider = keyof typeof keys;

const signed = (provider_id: Provider, signals: JsonObject): Promise<string> => {
  const { private_jwk } = keys[provider_id];
  return sign({ provider_id, private_jwk }, factsOf('acme', proposal, proposal.parameters), signals, { nowMs: NOW_MS });
};

const find = (tenant: string, provider_id: string) =>
  tenant === 'acme' && Object.hasOwn(keys, provider_id)
    ? { provider_id, keys: [{ ...keys[provider_id as Provider], revoked_at: null }] }
    : null;

const NO_TERMS = { sensitive: [], context: 'keep' as const, required: [], after: [], amounts: [] };
const options = { find, sensitive: [], key: { key_id: 'k7', key: '00'.repeat(32) } };

function attested(attestations: JsonValue, at = NOW_MS) {
  const body = { ...proposal, attestations } as unknown as JsonValue;
  return attest(
    admit({ body, idempotency_key: 'k-1', via: 'http' }, proposer, { keys: {}, termsOf: () => NO_TERMS, nowMs: at }),
    body,
    { ...options, nowMs: at },
  );
}

describe('what providers attest', () => {
  it('stands in the event apart from what the agent states, without the tokens', async () => {
    const tokens = [
      await signed('fraud-service', { fraud_score: 0.02 }),
      await signed('brand-check', { fraud_score: 1 }),
    ];
    const action = await attested(tokens);
    const attested_at = new Date(NOW_MS).toISOString();
    expect(JSON.parse(action.attestations ?? '')).toEqual([
      { provider: 'fraud-service', signals: { fraud_score: 0.02 }, attested_at },
      { provider: 'brand-check', signals: { fraud_score: 1 }, attested_at },
    ]);
    expect(action.signals).toBe('{"fraud_score":0.9}');
    for (const token of tokens) expect(JSON.stringify(action)).not.toContain(token.split('.')[2]);
  });

  it('is nothing where nothing is sent, and the body has the hash that it always had', async () => {
    const hashes = await Promise.all([attested(null), attested([])]);
    const plain = admit({ body: proposal as unknown as JsonValue, idempotency_key: 'k-1', via: 'http' }, proposer, {
      keys: {},
      termsOf: () => NO_TERMS,
      nowMs: 0,
    });
    expect(hashes.map(({ attestations, body_hash }) => [attestations, body_hash])).toEqual([
      [null, plain.body_hash],
      [null, plain.body_hash],
    ]);
    expect((await attested([await signed('fraud-service', { x: 1 })])).body_hash).not.toBe(plain.body_hash);
  });

  it('is a keyed hash where the signal is sensitive, and listed', async () => {
    const body = { ...proposal, attestations: [await signed('fraud-service', { score: 0.771177, open: 1 })] };
    const terms = { ...NO_TERMS, sensitive: ['/signals/score'] };
    const submission = { body: body as unknown as JsonValue, idempotency_key: 'k-1', via: 'http' as const };
    const admitted = admit(submission, proposer, { keys: {}, termsOf: () => terms, nowMs: NOW_MS });
    expect(admitted.sensitive).toEqual([]);
    const asked = { ...options, nowMs: NOW_MS, sensitive: terms.sensitive };
    const { attestations, sensitive } = await attest(admitted, submission.body, asked);
    expect(attestations).toMatch(/"score":"hmac-sha256:k7:[0-9a-f]{64}"/);
    expect([attestations?.includes('771177'), attestations?.includes('"open":1'), sensitive]).toEqual([
      ...[false, true],
      ['/signals/score'],
    ]);
  });

  it('of one provider twice is refused', async () => {
    const tokens = [await signed('fraud-service', { x: 1 }), await signed('fraud-service', { y: 1 })];
    await expect(attested(tokens)).rejects.toMatchObject({
      code: 'invalid_action',
      details: { pointer: '/attestations/1' },
    });
  });

  it('is refused with the check that failed, and never repeated', async () => {
    const [good, bad] = [await signed('fraud-service', { x: 1 }), await signed('brand-check', { x: 1 })];
    const fault = (await attested([good, `${bad.slice(0, -8)}AAAAAAAA`]).catch((error: unknown) => error)) as Error;
    expect(fault).toMatchObject({ code: 'invalid_action', details: { pointer: '/attestations/1' } });
    expect(fault.message).toMatch(/signature/);
    expect(fault.message).not.toContain(bad.slice(0, 40));
    await expect(attested([good], NOW_MS + 900_000)).rejects.toThrow(/expired/);
  });

  it.each<[string, JsonValue]>([
    ['no list', 'eyJ'],
    ['a number', [1]],
    ['more than ten', Array<string>(11).fill('eyJ')],
    ['one that is too long', ['x'.repeat(8_193)]],
  ])('that is %s is refused', (_, attestations) => {
    const body = { ...proposal, attestations } as unknown as JsonValue;
    expect(() =>
      admit({ body, idempotency_key: 'k-1', via: 'http' }, proposer, { keys: {}, termsOf: () => NO_TERMS, nowMs: 0 }),
    ).toThrow(expect.objectContaining({ code: 'invalid_action' }));
  });
});
