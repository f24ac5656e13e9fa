import { redeem, type ActionFacts, type JsonObject, type Proposal } from '@countersign/sdk';
import { approve, refund } from './support/proposals.js';
import { world } from './support/system.js';
import { facts } from './support/world.js';

/** A small refund that policy allows, with its token. */
async function allowed(more: Partial<Proposal> = {}): Promise<{ token: string; facts: ActionFacts }> {
  const proposal = refund('40.00', more);
  const action = await world().decided(proposal);
  return { token: action.grant?.token ?? '', facts: facts(proposal) };
}

const withParameters = (what: ActionFacts, change: JsonObject): ActionFacts => {
  return { ...what, parameters: { ...what.parameters, ...change } };
};

describe('one approval releases one action, once', () => {
  it('never releases B by the approval of A', async () => {
    const [a, b] = [refund('450.00', { confidence: 0.9 }), refund('450.00', { confidence: 0.9, target: 'order:2' })];
    const [decidedA, decidedB] = [await world().decided(a), await world().decided(b)];
    await world().vote('ann', decidedA, approve);
    const { grant } = await world().ended(a, decidedA.action_id);
    const other = world().redeem(grant?.token ?? '', facts(b));
    await expect(other).rejects.toMatchObject({ code: 'action_digest_mismatch', status: 403 });
    const untouched = await world()
      .agent()
      .intake.send({ method: 'GET', path: `/v1/actions/${decidedB.action_id}` });
    expect(untouched.body).toMatchObject({ status: 'pending', grant: null });
  });

  it.each([
    ['amount', { amount: { value: '40.01', currency: 'USD' } }],
    ['currency', { amount: { value: '40.00', currency: 'EUR' } }],
    ['one byte of the order', { order_id: '12346' }],
    ['an extra member', { note: '' }],
  ])('refuses another %s, and the right action still runs', async (_name, change) => {
    const { token, facts: what } = await allowed();
    const wrong = world().redeem(token, withParameters(what, change));
    await expect(wrong).rejects.toMatchObject({ code: 'action_digest_mismatch', status: 403 });
    await expect(world().redeem(token, what)).resolves.toMatchObject({ result: 'ok', repeated: false });
  });

  it('refuses a second use', async () => {
    const { token, facts: what } = await allowed();
    await world().redeem(token, what);
    await expect(world().redeem(token, what)).rejects.toMatchObject({ code: 'already_consumed', status: 409 });
  });

  it('answers a retry with the same request_id in the same way, and another body with a conflict', async () => {
    const { token, facts: what } = await allowed();
    const first = await world().redeem(token, what, 'attempt-1');
    await expect(world().redeem(token, what, 'attempt-1')).resolves.toEqual({ ...first, repeated: true });
    const other = world().redeem(token, withParameters(what, { order_id: '9' }), 'attempt-1');
    await expect(other).rejects.toMatchObject({ code: 'duplicate_request', status: 409 });
  });

  it('asks again for the facts that the approval rested on', async () => {
    const { token, facts: what } = await allowed({ preconditions: { order_etag: '7' } });
    const body = { token, action_digest: '', environment: what.environment, request_id: 'later' };
    const { digestOfAction } = await import('@countersign/sdk');
    const changed = redeem(world().executor(), {
      ...body,
      action_digest: digestOfAction(what),
      preconditions: { order_etag: '8' },
    });
    await expect(changed).rejects.toMatchObject({ code: 'precondition_changed', status: 409 });
    await expect(world().redeem(token, what)).resolves.toMatchObject({ result: 'ok' });
  });

  it('refuses a token from staging in production', async () => {
    const { token, facts: what } = await allowed({ environment: 'staging' });
    const wrong = world().redeem(token, { ...what, environment: 'production' });
    await expect(wrong).rejects.toMatchObject({ code: 'wrong_environment', status: 403 });
  });

  it('refuses what is no token, and a caller without a key', async () => {
    const { facts: what } = await allowed();
    await expect(world().redeem('not-a-token', what)).rejects.toMatchObject({ code: 'invalid_token', status: 403 });
    const url = `${world().local.approval_url}/v1/grants/redeem`;
    const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    expect(answer.status).toBe(401);
  });
});
