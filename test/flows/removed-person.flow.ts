import { eventually } from '@countersign/testing';
import { randomUUID } from 'node:crypto';
import { bearerOf } from './support/bearers.js';
import { refund } from './support/proposals.js';
import { world } from './support/system.js';

const WEN = 'wen';

const status = async (base: string, path: string, init: RequestInit): Promise<number> => {
  const answer = await fetch(base + path, init);
  await answer.body?.cancel();
  return answer.status;
};

async function change(method: 'PUT' | 'DELETE', body?: object): Promise<void> {
  const headers = { authorization: await bearerOf('max'), 'content-type': 'application/json' };
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  expect(await status(world().local.approval_url, `/v1/reviewers/${WEN}`, init)).toBeLessThan(300);
}

describe('who is taken off the roster', () => {
  it('has no access at any door of any service, with a token that is still good', async () => {
    const { intake_url, policy_url, approval_url, telemetry_url } = world().local;
    await change('PUT', { roles: ['labeller', 'finance', 'policy-author'], name: 'Wen Wu' });
    const [{ action_id, request }, authorization] = [await world().decided(refund('450.00')), await bearerOf(WEN)];
    const headers = { authorization, 'content-type': 'application/json' };
    const post = (body: object) => ({
      ...{ method: 'POST', headers: { ...headers, 'idempotency-key': randomUUID() }, body: JSON.stringify(body) },
    });
    const label = { label: 'harmless', source: 'audit' };
    const writes: [string, string, () => RequestInit][] = [
      [intake_url, `/v1/actions/${action_id}/labels`, () => post(label)],
      [policy_url, '/v1/policies/wens/versions', () => post({ text: 'name: wens', note: 'x' })],
      [approval_url, `/v1/requests/${request?.request_id}/claim`, () => post({})],
    ];
    const reads: [string, string][] = [
      [intake_url, `/v1/actions/${action_id}`],
      [policy_url, '/v1/policies'],
      [approval_url, '/v1/requests'],
      [telemetry_url, '/v1/metrics'],
    ];
    for (const [base, path] of reads) expect(await status(base, path, { headers })).toBe(200);
    for (const [base, path, init] of writes)
      expect([401, 403, 404, 405]).not.toContain(await status(base, path, init()));
    await change('DELETE');
    // From the answer on, whoever changes something; within a second, whoever only reads.
    for (const [base, path, init] of writes) expect([path, await status(base, path, init())]).toEqual([path, 403]);
    for (const [base, path] of reads)
      await eventually(async () => expect([path, await status(base, path, { headers })]).toEqual([path, 403]), {
        withinMs: 2_000,
      });
  });
});
