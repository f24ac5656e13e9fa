import { attest, propose, type AttestOptions, type JsonObject, type Proposal } from '@countersign/sdk';
import { eventually, startSystem, type TestSystem } from '@countersign/testing';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readRequest } from '../../apps/cli/src/shared/vote.js';
import { refund } from './support/proposals.js';
import { facts, worldOf, type World } from './support/world.js';

const EXAMPLES = join(import.meta.dirname, '../../infra/policies/examples');

describe('a score that a provider signs', () => {
  let system: TestSystem;
  let world: World;

  beforeAll(async () => {
    system = await startSystem({ policies: EXAMPLES });
    world = worldOf(system.local);
  }, 120_000);
  afterAll(() => system?.close(), 60_000);

  /** What the local system's fraud-service signs of this proposal. */
  function signed(proposal: Proposal, signals: JsonObject, options?: AttestOptions): Promise<string> {
    const [provider] = system.local.providers;
    if (!provider?.private_jwk) throw new Error('the roster has no provider');
    const { provider_id, private_jwk } = provider;
    return attest({ provider_id, private_jwk }, facts(proposal), signals, options);
  }

  const proposal = (dollars = '40.00'): Proposal => refund(dollars, { action_type: 'marketplace_refund' });

  it('lets a refund run that waits without it, and is evaluated again to the same', async () => {
    const same = proposal();
    const alone = await world.decided(same);
    expect(alone).toMatchObject({ status: 'pending', decision: { unknown: ['/signals/fraud_score'] } });
    const vouched = await world.decided({ ...same, attestations: [await signed(same, { fraud_score: 0.02 })] });
    expect(vouched).toMatchObject({ status: 'approved', decision: { rule: 'small-and-scored', unknown: [] } });
    await eventually(async () => {
      const { policy } = await world.person('ann');
      const path = `/v1/policies/explain/${vouched.action_id}`;
      const { body } = await policy.send({ method: 'GET', path });
      expect(body).toMatchObject({ equal: true, differences: [] });
      const sql = `SELECT signals, attestations FROM audit WHERE action_id = '${vouched.action_id}'`;
      const [row] = await world.rows<{ signals: string; attestations: string }>(sql);
      expect(row?.signals).toBe('{"fraud_score":0.05}');
      expect(JSON.parse(row?.attestations ?? '')).toMatchObject([
        { provider: 'fraud-service', signals: { fraud_score: 0.02 } },
      ]);
    });
  });

  it('is shown to reviewers under the name of its provider, and counts for nothing once they change the action', async () => {
    const suspicious = proposal();
    const attestations = [await signed(suspicious, { fraud_score: 0.9 })];
    const action = await world.decided({ ...suspicious, attestations });
    expect(action).toMatchObject({ status: 'pending', decision: { rule: 'suspicious', gate: 'two-person' } });
    const { packet } = await readRequest(await world.person('ann'), action.request?.request_id ?? '');
    expect(packet).toMatchObject({
      signals: { value: { fraud_score: 0.05 }, stated_by: 'agent' },
      attestations: [{ value: { fraud_score: 0.9 }, stated_by: 'fraud-service' }],
    });
    const large = proposal('500.00');
    const waiting = await world.decided({ ...large, attestations: [await signed(large, { fraud_score: 0.02 })] });
    expect(waiting.decision).toMatchObject({ rule: 'rest', gate: 'one-person' });
    const parameters = { amount: { value: '50.00', currency: 'USD' } };
    await world.vote('ann', waiting, { vote: 'approve_with_changes', reason: 'the rest was paid', parameters });
    const after = await readRequest(await world.person('bob'), waiting.request?.request_id ?? '');
    expect(after.packet).toMatchObject({ version: 2, gate: { name: 'two-person' } });
    expect(after.packet).not.toHaveProperty('attestations');
  });

  it('moves to no other action, and a retry is the same action after it has expired', async () => {
    const own = proposal();
    const attestations = [await signed(own, { fraud_score: 0.02 }, { lifeSeconds: 3 })];
    const moved = world.decided({ ...proposal('90.00'), attestations });
    await expect(moved).rejects.toMatchObject({ status: 422, problem: { pointer: '/attestations/0' } });
    const key = randomUUID();
    const first = await propose(world.agent(), { ...own, attestations }, key);
    await sleep(3_500);
    const again = await propose(world.agent(), { ...own, attestations }, key);
    expect(again).toMatchObject({ replayed: true, action: { action_id: first.action.action_id } });
    const late = propose(world.agent(), { ...own, attestations }, randomUUID());
    await expect(late).rejects.toMatchObject({ status: 422, problem: { pointer: '/attestations/0' } });
    expect(await late.catch((error: Error) => error.message)).toMatch(/expired/);
  });
});
