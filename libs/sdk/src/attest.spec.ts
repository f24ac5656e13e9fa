import { verifyAttestation } from '@countersign/token';
import { newProviderKey } from '@countersign/service';
import { digestOfAction } from './action-facts.js';
import { attest } from './attest.js';
import type { ActionFacts } from './types.js';

const facts: ActionFacts = {
  ...{ tenant: 'acme', agent_id: 'refund-agent', action_type: 'refund', environment: 'production' },
  parameters: { amount: { value: '40.00', currency: 'USD' } },
};
const key = newProviderKey(0);
const provider = { provider_id: 'fraud-service', private_jwk: key.private_jwk };
const issuer = { provider_id: 'fraud-service', keys: [{ ...key, revoked_at: null }] };
const wanted = (of: ActionFacts, nowMs: number) => ({
  ...{ tenant: of.tenant, digest: digestOfAction(of), nowMs, find: () => issuer },
});

describe('attest', () => {
  it('signs what intake believes of this action', async () => {
    const token = await attest(provider, facts, { fraud_score: 0.02 }, { nowMs: 60_000 });
    await expect(verifyAttestation(token, wanted(facts, 60_000))).resolves.toMatchObject({ provider: 'fraud-service' });
  });

  it.each<[string, Partial<ActionFacts>]>([
    ['parameters', { parameters: { amount: { value: '40.01', currency: 'USD' } } }],
    ['agent', { agent_id: 'other-agent' }],
    ['customer', { on_behalf_of: 'customer:1' }],
    ['preconditions', { preconditions: { order_etag: '7' } }],
  ])('signs nothing for other %s', async (_, change) => {
    const token = await attest(provider, facts, { fraud_score: 0.02 }, { nowMs: 60_000 });
    await expect(verifyAttestation(token, wanted({ ...facts, ...change }, 60_000))).rejects.toThrow('another action');
  });

  it('gives it 15 minutes unless told otherwise, and a day at most', async () => {
    const token = await attest(provider, facts, { x: 1 }, { nowMs: 60_000 });
    await expect(verifyAttestation(token, wanted(facts, 60_000 + 899_999))).resolves.toBeDefined();
    await expect(verifyAttestation(token, wanted(facts, 60_000 + 900_000))).rejects.toThrow('expired');
    for (const lifeSeconds of [0, 86_401, 1.5, NaN])
      await expect(attest(provider, facts, { x: 1 }, { lifeSeconds })).rejects.toThrow(RangeError);
  });
});
