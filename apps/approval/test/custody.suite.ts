import { randomUUID } from 'node:crypto';
import { decided, gate } from '../../../libs/approval/test/records.js';
import { codeOf, fresh } from './common.js';
import { requestId } from './instances.js';
import type { Instances } from './instances.js';

/** In whose hands a request is, over several instances. */
export function custodySuite(system: () => Instances): void {
  const bearer = (subject: string, roles = ['finance']) => system().people.bearer(subject, roles);
  const waiting = async () => {
    const action = fresh();
    const request = decided(action, { gate: gate({ quorum: 1, escalate_roles: ['lead'] }) });
    await system().decide(request);
    for (const index of [0, 1]) await system().read(action, index);
    return { id: requestId(action), packet_digest: request.packet_digest };
  };
  const post = async (who: string, path: string, body: unknown = {}, to: { index?: number; key?: string } = {}) => {
    const { index = 0, key = randomUUID() } = to;
    const headers = { authorization: await bearer(who), 'idempotency-key': key };
    return system().call('POST', `${system().url(index)}/v1/requests/${path}`, headers, body);
  };
  const get = async (who: string, path: string, roles?: string[]) =>
    system().call('GET', `${system().url()}/v1/requests${path}`, { authorization: await bearer(who, roles) });
  const isMine = async (who: string, id: string, roles?: string[]) =>
    JSON.stringify((await get(who, '?status=pending&assigned_to=me&limit=200', roles)).body).includes(id);

  describe('in whose hands a request is', () => {
    it('a claim hides it from the work of others, says who has it, and keeps nobody from voting', async () => {
      const { id, packet_digest } = await waiting();
      expect(codeOf(await post('ann', `${id}/claim`))).toBe('ok');
      const refused = await post('bob', `${id}/claim`, {}, { index: 1 });
      expect([refused.status, codeOf(refused)]).toEqual([409, 'already_claimed']);
      expect(refused.body).toMatchObject({
        claimed_by: 'ann',
        claim_until: expect.stringMatching(/^20.*Z$/) as string,
      });
      expect([await isMine('ann', id), await isMine('bob', id)]).toEqual([true, false]);
      expect((await get('bob', `/${id}`)).body).toMatchObject({ claimed_by: 'ann', you: { can_vote: true } });
      expect(codeOf(await post('bob', `${id}/votes`, { vote: 'approve', packet_digest }))).toBe('ok');
      expect(codeOf(await post('ann', `${id}/release-claim`))).toBe('already_terminal');
    }, 30_000);

    it('a retry with the same key is the same call, another body under it is refused', async () => {
      const { id } = await waiting();
      const options = { key: 'one' };
      expect((await post('ann', `${id}/comments`, { text: 'hm' }, options)).status).toBe(201);
      expect((await post('ann', `${id}/comments`, { text: 'hm' }, { ...options, index: 1 })).status).toBe(201);
      expect(codeOf(await post('ann', `${id}/comments`, { text: 'ha' }, options))).toBe('duplicate_request');
      expect((await get('nob', `/${id}`, [])).body).toMatchObject({ comments: [{ subject: 'ann', text: 'hm' }] });
    }, 30_000);

    it('who steps aside cannot vote, and needs to say why', async () => {
      const { id, packet_digest } = await waiting();
      expect(codeOf(await post('ann', `${id}/recuse`))).toBe('invalid_request');
      expect(codeOf(await post('ann', `${id}/recuse`, { reason: 'my own order' }))).toBe('ok');
      const refused = await post('ann', `${id}/votes`, { vote: 'approve', packet_digest });
      expect(refused.body).toMatchObject({ status: 403, rule: 'recused' });
    }, 30_000);

    it('escalation lets further roles vote', async () => {
      const { id } = await waiting();
      expect(await isMine('leo', id, ['lead'])).toBe(false);
      expect(codeOf(await post('ann', `${id}/escalate`, { reason: 'too large for me' }))).toBe('ok');
      expect(await isMine('leo', id, ['lead'])).toBe(true);
      expect(codeOf(await post('ann', `${id}/escalate`, { reason: 'again' }))).toBe('already_escalated');
    }, 30_000);

    it('an admin hands it on, and it is the work of that person alone', async () => {
      const { id } = await waiting();
      const headers = { authorization: await bearer('max', ['admin']), 'idempotency-key': randomUUID() };
      const url = `${system().url()}/v1/requests/${id}/reassign`;
      const body = { to_subject: 'bob', reason: 'ann is away' };
      expect((await system().call('POST', url, headers, body)).body).toMatchObject({ request: { assignee: 'bob' } });
      expect([await isMine('ann', id), await isMine('bob', id)]).toEqual([false, true]);
      expect(codeOf(await post('ann', `${id}/reassign`, { to_subject: 'ann', reason: 'mine' }))).toBe('forbidden');
    }, 30_000);

    it('is read in one call, in order, with who and why', async () => {
      const { id, packet_digest } = await waiting();
      await post('ann', `${id}/claim`);
      await post('bob', `${id}/claim`);
      await post('ann', `${id}/comments`, { text: 'asked the customer' });
      await post('ann', `${id}/recuse`, { reason: 'my own order' });
      await post('bob', `${id}/votes`, { vote: 'approve', packet_digest });
      const { status, body } = await get('nob', `/${id}/custody`, []);
      const facts = body['facts'] as unknown as { what: string; by: { subject: string } | null }[];
      expect([status, facts.map(({ what, by }) => `${what} ${by?.subject ?? '-'}`)]).toEqual([
        200,
        ['opened -', 'claimed ann', 'commented ann', 'recused ann', 'voted bob', 'resolved bob', 'grant_issued -'],
      ]);
      expect(body).toMatchObject({ status: 'approved', refusals: { already_claimed: 1 }, recused: ['ann'] });
      const stranger = { authorization: await system().people.bearer('gus', ['finance'], 'globex') };
      expect(codeOf(await system().call('GET', `${system().url()}/v1/requests/${id}/custody`, stranger))).toBe(
        'not_found',
      );
    }, 30_000);
  });
}
