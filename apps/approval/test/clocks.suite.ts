import { decode, TOPICS } from '@countersign/events';
import type { ActionProposed } from '@countersign/events';
import { eventually } from '@countersign/testing';
import { allowed, decided, gate } from '../../../libs/approval/test/records.js';
import { allowedAction, codeOf, fresh, statusOf } from './common.js';
import type { Instances } from './instances.js';

/** Deadlines that pass while nothing else happens, and kill switches. */
export function clocksSuite(system: () => Instances): void {
  const namesAbout = async ({ action_id }: ActionProposed): Promise<string[]> => {
    const records = await system().published(
      TOPICS.approvals,
      ({ key }) => key?.toString().includes(action_id) ?? false,
    );
    return records.map(({ value }) => decode(value).name);
  };
  const grantOf = async (action: ActionProposed, index = 0): Promise<unknown> => {
    const { body } = await system().read(action, index);
    return (body['document'] as unknown as { grant: { status: string } | null }).grant?.status;
  };

  describe('deadlines', () => {
    it('pass without traffic, on every instance, and are published once', async () => {
      const [waiting, unused] = [fresh(), fresh()];
      await system().decide(decided(waiting, { gate: gate({ expire_s: 2 }) }));
      await system().decide(allowed(unused, { grant_ttl_s: 2 }));
      expect([await statusOf(system(), waiting), await grantOf(unused)]).toEqual(['pending', 'issued']);
      for (const index of [0, 1, 2]) {
        await eventually(async () => expect(await statusOf(system(), waiting, index)).toBe('expired'));
        await eventually(async () => expect(await grantOf(unused, index)).toBe('lapsed'));
      }
      await eventually(async () => expect(await namesAbout(waiting)).toEqual(['RequestOpened', 'RequestResolved']));
      await eventually(async () => expect(await namesAbout(unused)).toEqual(['GrantIssued', 'GrantLapsed']));
    }, 60_000);
  });

  describe('a kill switch', () => {
    const admin = () => system().people.bearer('max', ['admin']);
    const post = async (index: number, path: string, body: unknown, authorization?: string) =>
      system().call(
        'POST',
        `${system().url(index)}/v1/freezes${path}`,
        { authorization: authorization ?? (await admin()) },
        body,
      );

    it.each([
      ['/action_type', { action_type: 'Refund' }],
      ['/action_type', { action_type: 'refund ' }],
      ['/action_type', { action_type: '' }],
      ['/agent_id', { agent_id: 'bot\u200b' }],
      ['/agent_id', { agent_id: ' bot' }],
      ['/agent_id', { agent_id: 'x'.repeat(257) }],
    ])('has a scope that some action can have: %s of %j is refused', async (pointer, scope) => {
      expect(await post(0, '', { ...scope, reason: 'stop' })).toMatchObject({ status: 422, body: { pointer } });
    });

    it('stops redemptions on every instance once it is answered, until it is lifted', async () => {
      const { action, token } = await allowedAction(system());
      const { status, body } = await post(0, '', { agent_id: action.agent_id, reason: 'stop' });
      expect(status).toBe(201);
      for (const index of [0, 1, 2])
        expect(codeOf(await system().redeem(action, token, `f-${index}`, { index }))).toBe('frozen');
      expect(codeOf(await post(1, `/${String(body['freeze_id'])}/lift`, {}))).toBe('ok');
      expect(codeOf(await system().redeem(action, token, 'after', { index: 2 }))).toBe('ok');
    }, 30_000);

    it("is an admin's own, and another tenant's is not there", async () => {
      expect(codeOf(await post(0, '', {}, await system().people.bearer('ann', ['finance'])))).toBe('forbidden');
      const { body } = await post(0, '', { agent_id: 'nobody' });
      const stranger = await system().people.bearer('ivo', ['admin'], 'globex');
      expect(codeOf(await post(0, `/${String(body['freeze_id'])}/lift`, {}, stranger))).toBe('not_found');
      expect(codeOf(await post(0, `/${String(body['freeze_id'])}/lift`, {}))).toBe('ok');
    }, 30_000);
  });
}
