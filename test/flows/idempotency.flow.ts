import { actionId } from '@countersign/canonical';
import { propose } from '@countersign/sdk';
import { randomUUID } from 'node:crypto';
import { refund } from './support/proposals.js';
import { world } from './support/system.js';

describe('an idempotency key', () => {
  it('names one action, however often it is sent', async () => {
    const [proposal, key] = [refund('450.00'), randomUUID()];
    const first = await propose(world().agent(), proposal, key);
    const again = await propose(world().agent(), proposal, key);
    expect(first.action.action_id).toBe(actionId('acme', 'refund-agent', key));
    expect(again).toMatchObject({ replayed: true, action: { action_id: first.action.action_id } });
    expect(again.action.request).toEqual(first.action.request ?? again.action.request);
  });

  it('refuses another body', async () => {
    const [proposal, key] = [refund('450.00'), randomUUID()];
    await propose(world().agent(), proposal, key);
    const other = propose(world().agent(), { ...proposal, rationale: 'Another reason.' }, key);
    await expect(other).rejects.toMatchObject({ code: 'duplicate_request', status: 409 });
  });

  it('is one decision when eight send it at once', async () => {
    const [proposal, key] = [refund('6000.00'), randomUUID()];
    const all = await Promise.all(Array.from({ length: 8 }, () => propose(world().agent(), proposal, key)));
    expect(new Set(all.map((one) => one.action.action_id)).size).toBe(1);
    const action = await world().decided(proposal, key);
    expect(action.request?.approvals).toEqual({ required: 2, given: 0 });
  });

  it('is required, and unknown members are refused with a pointer', async () => {
    const send = (body: object, headers = {}) =>
      world()
        .agent()
        .intake.send({ method: 'POST', path: '/v1/actions', body: body as never, headers });
    await expect(send(refund('1.00'))).rejects.toMatchObject({ code: 'malformed', status: 400 });
    const unknown = send({ ...refund('1.00'), colour: 'red' }, { 'idempotency-key': randomUUID() });
    await expect(unknown).rejects.toMatchObject({ status: 422, problem: { pointer: '/colour' } });
  });
});
