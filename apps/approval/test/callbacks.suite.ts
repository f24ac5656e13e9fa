import { verifyCallback } from '@countersign/sdk';
import { decode, TOPICS } from '@countersign/events';
import type { ActionProposed, NotificationQueued } from '@countersign/events';
import { eventually } from '@countersign/testing';
import { allowed, decided, gate } from '../../../libs/approval/test/records.js';
import { fresh, RUN } from './common.js';
import type { Instances, Reply } from './instances.js';
import { Receiver, status } from './receivers.js';

const WITHIN = { withinMs: 30_000 };
const ATTEMPT_MS = 15_000;

interface Shown {
  readonly action_id: string;
  readonly status: string;
  readonly attempts: number;
  readonly last_error: string | null;
}

/** Hints for agents, whose receivers misbehave. */
export function callbacksSuite(system: () => Instances): void {
  describe('callbacks', () => {
    let admin: Record<string, string>;
    const receivers = {
      good: new Receiver(status(204)),
      flaky: new Receiver((response, nth) => void response.writeHead(nth < 3 ? 500 : 200).end()),
      hangs: new Receiver(() => undefined),
      gone: new Receiver(status(410)),
      dies: new Receiver(status(200)),
    };
    type Name = keyof typeof receivers;
    const agentOf = (name: string): string => `${name}-${RUN}`;
    const secretsOf = (name: string): string[] => [`css_${name}-old`, `css_${name}-new`];

    const call = (method: 'GET' | 'POST', path: string): Promise<Reply> =>
      system().call(method, `${system().url()}/v1/notifications${path}`, admin, method === 'POST' ? {} : undefined);
    const shown = async ({ action_id, agent_id }: ActionProposed): Promise<Shown | undefined> => {
      const { body } = await call('GET', `/deliveries?endpoint_id=agent:${agent_id}`);
      return (body['items'] as unknown as Shown[]).find((one) => one.action_id === action_id);
    };
    /** Policy allows it, and so it has ended. */
    const ended = async (name: string): Promise<ActionProposed> => {
      const action = fresh({ agent_id: agentOf(name) });
      await system().decide(allowed(action));
      return action;
    };
    const gotBy = (name: Name, { action_id }: ActionProposed) =>
      receivers[name].got.filter(({ body }) => body.includes(action_id));

    beforeAll(async () => {
      admin = { authorization: await system().people.bearer('adam', ['admin']) };
      for (const receiver of Object.values(receivers)) await receiver.up();
      await system().notify({ dangerously_allow_loopback: true, endpoints: [] });
      await system().callBack(
        Object.entries(receivers).map(([name, { url }]) => ({
          ...{ agent_id: agentOf(name), callback_url: url, signing_secrets: secretsOf(name) },
        })),
      );
    }, 60_000);
    afterAll(() => Object.values(receivers).forEach((receiver) => receiver.down()));

    it('hint at what policy decided and at what people decided, once each, signed with the old secret and the new one', async () => {
      const byPolicy = await ended('good');
      const byPeople = fresh({ agent_id: agentOf('good') });
      await system().decide(decided(byPeople, { gate: gate({ quorum: 1 }) }));
      const { agent_id, tenant, run_id, action_id } = byPeople;
      const cancel = { ...{ tenant, agent_id, run_id, action_id }, client_request_id: 'c', reason: null };
      await system().append('CancelRequested', cancel, 'approval');
      await eventually(() => expect(gotBy('good', byPeople)).toHaveLength(1), WITHIN);
      await eventually(() => expect(gotBy('good', byPolicy)).toHaveLength(1), WITHIN);
      for (const [action, status] of [
        [byPolicy, 'approved'],
        [byPeople, 'cancelled'],
      ] as const)
        // prettier-ignore
        for (const secret of secretsOf('good')) {
          const { headers, body } = gotBy('good', action)[0]!;
          expect(verifyCallback(headers, body, secret)).toEqual({ action_id: action.action_id, status });
          expect(() => verifyCallback(headers, body, 'css_other')).toThrow();
        }
      await eventually(async () => expect((await shown(byPeople))?.status).toBe('delivered'), WITHIN);
    }, 60_000);

    it('make one delivery of each event, of ids and status alone', async () => {
      const records = await system().published(
        TOPICS.notifications,
        ({ value }) => value?.includes(agentOf('good')) === true,
      );
      const told = records.map(({ value }) => decode(value)).filter(({ name }) => name === 'NotificationQueued');
      const queued = told.map(({ event }) => event as NotificationQueued);
      expect(new Set(queued.map(({ delivery_id }) => delivery_id)).size).toBe(2);
      expect(new Set(queued.map(({ message_id }) => message_id)).size).toBe(2);
      for (const { message } of queued)
        expect(Object.keys(JSON.parse(message) as object)).toEqual(['action_id', 'status']);
    }, 60_000);

    it('come again under the same id to a receiver that fails, while another one hangs', async () => {
      const [stuck, action] = [await ended('hangs'), await ended('flaky')];
      await eventually(
        async () => expect(await shown(action)).toMatchObject({ status: 'delivered', attempts: 3 }),
        WITHIN,
      );
      expect(new Set(gotBy('flaky', action).map(({ headers }) => headers['webhook-id'])).size).toBe(1);
      const beyond = { withinMs: ATTEMPT_MS + 15_000 };
      await eventually(async () => expect(await shown(stuck)).toMatchObject({ last_error: 'timeout' }), beyond);
      expect((await shown(stuck))?.status).toBe('pending');
    }, 90_000);

    it('end at 410 until an administrator switches them on, and can be replayed', async () => {
      const action = await ended('gone');
      await eventually(async () => expect(await shown(action)).toMatchObject({ last_error: 'gone' }), WITHIN);
      const { body } = await call('GET', '/endpoints');
      const about = (body['items'] as unknown as { endpoint_id: string }[]).find(
        ({ endpoint_id }) => endpoint_id === `agent:${agentOf('gone')}`,
      );
      expect(about).toMatchObject({ kind: 'callback', status: 'off', off_reason: 'gone' });
      expect(JSON.stringify(body)).not.toMatch(/css_|canary-path/);
      receivers.gone.answer = status(200);
      expect((await call('POST', `/endpoints/agent:${agentOf('gone')}/enable`)).body).toMatchObject({
        status: 'enabled',
      });
      const { body: page } = await call('GET', `/deliveries?endpoint_id=agent:${agentOf('gone')}`);
      const [former] = page['items'] as unknown as { delivery_id: string }[];
      expect((await call('POST', `/deliveries/${former?.delivery_id}/replay`)).status).toBe(202);
      await eventually(() => expect(gotBy('gone', action)).toHaveLength(2), WITHIN);
      const [first, again] = gotBy('gone', action);
      expect([again?.body, again?.headers['webhook-id']]).toEqual([first?.body, first?.headers['webhook-id']]);
    }, 60_000);

    it('wait for a receiver that died', async () => {
      receivers.dies.down();
      const action = await ended('dies');
      await eventually(async () => expect(await shown(action)).toMatchObject({ last_error: 'connect' }), WITHIN);
      await receivers.dies.up();
      await eventually(async () => expect((await shown(action))?.status).toBe('delivered'), WITHIN);
      expect(gotBy('dies', action).length).toBeGreaterThan(0);
    }, 60_000);

    it('can be tried by an administrator', async () => {
      const { status: code } = await call('POST', `/endpoints/agent:${agentOf('good')}/test`);
      expect(code).toBe(202);
      const isTest = ({ body }: { body: string }): boolean => body === '{"action_id":"act_test","status":"deciding"}';
      await eventually(() => expect(receivers.good.got.filter(isTest)).toHaveLength(1), WITHIN);
    }, 60_000);
  });
}
