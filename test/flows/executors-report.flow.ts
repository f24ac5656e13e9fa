import { randomUUID } from 'node:crypto';
import { keyOf } from './support/bearers.js';
import { refund } from './support/proposals.js';
import { world } from './support/system.js';
import { facts } from './support/world.js';

const report = async (actionId: string, who: string, body: object = { status: 'executed' }) => {
  const answer = await fetch(`${world().local.intake_url}/v1/actions/${actionId}/outcome`, {
    method: 'POST',
    headers: { authorization: keyOf(who), 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

describe('the outcome of an action', () => {
  it('is reported by the executor that redeemed, and by no other', async () => {
    const proposal = refund('450.00', { environment: 'staging' });
    const action = await world().decided(proposal);
    expect((await report(action.action_id, 'payments-executor')).status).toBe(404);
    await world().redeem(action.grant?.token ?? '', facts(proposal));
    const { status, body } = await report(action.action_id, 'payments-executor', {
      status: 'executed',
      result: { id: 'r-1' },
    });
    expect([status, body['outcome']]).toMatchObject([201, { status: 'executed', result: { id: 'r-1' } }]);
    expect(JSON.stringify(body)).not.toContain('"token":"');
    expect((await report(action.action_id, 'content-agent')).status).toBe(404);
    expect((await report('act_42c5f297-9a6d-5ca8-a78a-de638ee55f46', 'payments-executor')).status).toBe(404);
  });

  it('is taken a hundred times from each reporter', async () => {
    const { action_id } = await world().decided(refund('450.00', { environment: 'staging' }));
    const answers = await Promise.all(Array.from({ length: 104 }, () => report(action_id, 'refund-agent')));
    const refused = answers.filter(({ status }) => status === 409);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(100);
    expect(refused.map(({ body }) => body['type'])).toEqual(Array(4).fill('urn:countersign:problem:too_many'));
  });
});
