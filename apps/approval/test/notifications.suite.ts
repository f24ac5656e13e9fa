import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { TOPICS } from '@countersign/events';
import type { ActionProposed } from '@countersign/events';
import { eventually } from '@countersign/testing';
import { decided, gate } from '../../../libs/approval/test/records.js';
import { fresh, RUN } from './common.js';
import { requestId } from './instances.js';
import type { Instances, Reply } from './instances.js';
import { mailbox, Receiver, status } from './receivers.js';

const CANARY = randomBytes(32).toString('base64');
const SECRET = `whsec_${CANARY}`;
const TYPE = `notified-${RUN}`;
const METADATA = 'http://169.254.169.254/latest/meta-data/';
const WITHIN = { withinMs: 30_000 };

interface Shown {
  readonly delivery_id: string;
  readonly status: string;
  readonly attempts: number;
  readonly last_error: string | null;
  readonly message_id: string;
}

/** Messages to people, with receivers that misbehave. Runs last: it closes the instances that the others used. */
export function notificationsSuite(system: () => Instances): void {
  describe('notifications', () => {
    let admin: Record<string, string>;
    let mail: Awaited<ReturnType<typeof mailbox>>;
    let first: ActionProposed;
    const receivers = {
      good: new Receiver(status(204)),
      flaky: new Receiver((response, nth) => void response.writeHead(nth < 3 ? 500 : 200).end()),
      hangs: new Receiver(() => undefined),
      redirects: new Receiver(status(302, { location: METADATA })),
      gone: new Receiver(status(410)),
      down: new Receiver(status(200)),
      slack: new Receiver(status(200)),
    };
    const clocks = new Receiver(status(200));

    const call = (method: 'GET' | 'POST', path: string): Promise<Reply> =>
      system().call(method, `${system().url()}/v1/notifications${path}`, admin, method === 'POST' ? {} : undefined);
    const about = async (endpoint: string, action = first): Promise<Shown | undefined> => {
      const { body } = await call('GET', `/deliveries?endpoint_id=${endpoint}&request_id=${requestId(action)}`);
      return (body['items'] as unknown as Shown[])[0];
    };
    const propose = async (): Promise<ActionProposed> => {
      const action = fresh({ action_type: TYPE });
      await system().decide(decided(action, { gate: gate({ quorum: 1 }) }));
      return action;
    };
    const idsAt = (receiver: Receiver, action: ActionProposed): (string | undefined)[] =>
      receiver.got
        .filter(({ body }) => body.includes(action.action_id))
        .map(({ headers }) => headers['webhook-id'] as string | undefined);

    beforeAll(async () => {
      admin = { authorization: await system().people.bearer('adam', ['admin']) };
      mail = await mailbox();
      for (const receiver of Object.values(receivers)) await receiver.up();
      receivers.down.down();
      const common = { tenant: 'acme', action_types: [TYPE], events: ['request.opened'] };
      const hooks = Object.entries(receivers).map(([endpoint_id, { url }]) =>
        endpoint_id === 'slack'
          ? { ...common, endpoint_id, kind: 'slack', url }
          : { ...common, endpoint_id, kind: 'webhook', url, secrets: [SECRET] },
      );
      const inside = { ...common, endpoint_id: 'inside', kind: 'webhook', url: METADATA, secrets: [SECRET] };
      await clocks.up();
      const later = ['request.assigned', 'request.reminded', 'request.escalated', 'freeze.changed'];
      const ofClocks = { ...common, endpoint_id: 'clocks', kind: 'webhook', events: later, secrets: [SECRET] };
      await system().notify({
        dangerously_allow_loopback: true,
        smtp: {
          ...{ host: '127.0.0.1', port: mail.port, secure: false, from: 'countersign@example.com' },
          dangerously_allow_plaintext_on_loopback: true,
        },
        endpoints: [
          ...hooks,
          inside,
          { ...ofClocks, url: clocks.url },
          { ...common, endpoint_id: 'mail', kind: 'email', to: 'ann@example.com' },
        ],
      });
      first = await propose();
    }, 60_000);
    afterAll(() => {
      mail.close();
      for (const receiver of [...Object.values(receivers), clocks]) receiver.down();
    });

    it('reach a good receiver while others hang, fail or are gone, signed as Standard Webhooks are', async () => {
      await eventually(() => expect(idsAt(receivers.good, first)).toHaveLength(1), WITHIN);
      const { headers, body } = receivers.good.got[0]!;
      const { data } = new Webhook(SECRET).verify(body, headers as Record<string, string>) as { data: object };
      expect(data).toMatchObject({
        ...{ request_id: requestId(first), run_id: first.run_id, amount: { value: '6000.00', currency: 'USD' } },
        ...{ agent_version: first.agent_version, model_id: first.model_id },
      });
      const second = await propose();
      await eventually(() => expect(idsAt(receivers.good, second)).toHaveLength(1), WITHIN);
      expect((await about('hangs'))?.status).toBe('pending');
    }, 60_000);

    it('are sent again under the same id until the receiver takes them', async () => {
      await eventually(async () => expect((await about('flaky'))?.status).toBe('delivered'), WITHIN);
      const ids = idsAt(receivers.flaky, first);
      expect([ids.length, new Set(ids).size, (await about('flaky'))?.attempts]).toEqual([3, 1, 3]);
    }, 60_000);

    it('follow no redirect and connect to no forbidden address', async () => {
      await eventually(async () => {
        expect(await about('redirects')).toMatchObject({ last_error: 'redirect' });
        expect(await about('inside')).toMatchObject({ last_error: 'forbidden_address' });
      }, WITHIN);
      expect(new Set(system().connected)).toEqual(new Set(['127.0.0.1']));
    }, 60_000);

    it('give up on a receiver that hangs, after their own time, and try again', async () => {
      await eventually(async () => expect(await about('hangs')).toMatchObject({ last_error: 'timeout' }), WITHIN);
      expect((await about('hangs'))?.status).toBe('pending');
    }, 60_000);

    it('stop at 410, wait, go on when enabled, and can be replayed', async () => {
      await eventually(async () => expect(await about('gone')).toMatchObject({ last_error: 'gone' }), WITHIN);
      const held = await propose();
      await eventually(async () => expect((await about('gone', held))?.status).toBe('pending'), WITHIN);
      expect(idsAt(receivers.gone, held)).toEqual([]);
      const { body } = await call('GET', '/endpoints');
      const shown = (body['items'] as unknown as { endpoint_id: string }[]).find(
        ({ endpoint_id }) => endpoint_id === 'gone',
      );
      expect(shown).toMatchObject({ status: 'off', off_reason: 'gone' });
      receivers.gone.answer = status(200);
      const failedOne = await about('gone');
      expect((await call('POST', '/endpoints/gone/enable')).body).toMatchObject({ status: 'enabled' });
      expect((await call('POST', `/deliveries/${failedOne?.delivery_id}/replay`)).status).toBe(202);
      await eventually(async () => expect((await about('gone', held))?.status).toBe('delivered'), WITHIN);
      await eventually(() => expect(idsAt(receivers.gone, first)).toHaveLength(2), WITHIN);
      expect(new Set(idsAt(receivers.gone, first)).size).toBe(1);
    }, 60_000);

    it('go to Slack-compatible webhooks and to mailboxes, with links that only open a page', async () => {
      await eventually(() => expect(receivers.slack.got.length).toBeGreaterThan(0), WITHIN);
      const { blocks } = JSON.parse(receivers.slack.got[0]!.body) as { blocks: { type: string }[] };
      expect(blocks.map(({ type }) => type)).toEqual(['header', 'section', 'section', 'actions']);
      await eventually(() => expect(mail.mails.length).toBeGreaterThan(0), WITHIN);
      const one = mail.mails.find((text) => text.includes(requestId(first))) ?? '';
      expect(one).toMatch(/^Message-ID: <[0-9a-f-]{36}@example\.com>$/m);
      expect(one).toContain('To: ann@example.com');
      expect(one.replaceAll('=\r\n', '')).toContain(`/requests/${requestId(first)}?intent=3Dapprove`);
    }, 60_000);

    it('say once each that a request waits still, was escalated, is in somebody’s hands, and that its kind is frozen', async () => {
      const action = fresh({ action_type: TYPE });
      const rules = { remind_s: [2], escalate_s: 3, escalate_roles: ['lead'] };
      await system().decide(decided(action, { gate: gate(rules) }));
      await system().read(action);
      const api = system().url();
      const post = (path: string, key: string, body: object): Promise<Reply> =>
        system().call('POST', `${api}/v1${path}`, { ...admin, 'idempotency-key': `${RUN}-${key}` }, body);
      const handed = await post(`/requests/${requestId(action)}/reassign`, 'hand', {
        to_subject: 'bob',
        reason: 'away',
      });
      expect(handed.status).toBe(200);
      const told = () =>
        clocks.got.map(({ body }) => JSON.parse(body) as { type: string; data: Record<string, unknown> });
      await eventually(() => expect(told().map(({ type }) => type)).toContain('request.escalated'), WITHIN);
      const frozen = await post('/freezes', 'freeze', { action_type: TYPE });
      expect((await post(`/freezes/${String(frozen.body['freeze_id'])}/lift`, 'lift', {})).status).toBe(200);
      await eventually(() => expect(told().filter(({ type }) => type === 'freeze.changed')).toHaveLength(2), WITHIN);
      const about = { request_id: requestId(action), assignee: 'bob' };
      expect(told()).toEqual([
        expect.objectContaining({ type: 'request.assigned', data: expect.objectContaining(about) }),
        expect.objectContaining({
          type: 'request.reminded',
          data: expect.objectContaining({ ...about, nth: 1, of: 1 }),
        }),
        expect.objectContaining({
          type: 'request.escalated',
          data: expect.objectContaining({ ...about, by: 'clock' }),
        }),
        ...[true, false].map((is) => {
          const data = expect.objectContaining({ frozen: is, action_type: TYPE, changed_by: 'adam' }) as unknown;
          return expect.objectContaining({ type: 'freeze.changed', data }) as unknown;
        }),
      ]);
    }, 60_000);

    it('are shown and moved by admins only, and no secret is on the topic or in an answer', async () => {
      const reviewer = { authorization: await system().people.bearer('rita', ['finance']) };
      const url = `${system().url()}/v1/notifications`;
      expect((await system().call('GET', `${url}/endpoints`, reviewer)).status).toBe(403);
      expect((await system().call('POST', `${url}/endpoints/good/test`, reviewer, {})).status).toBe(403);
      const stranger = { authorization: await system().people.bearer('sam', ['admin'], 'globex') };
      expect((await system().call('GET', `${url}/deliveries`, stranger)).body['items']).toEqual([]);
      expect((await system().call('POST', `${url}/endpoints/good/disable`, stranger, {})).status).toBe(404);
      const records = await system().published(TOPICS.notifications, () => true);
      const told = records.map(({ key, value, headers }) => `${key}${value}${JSON.stringify(headers)}`).join();
      const answers = JSON.stringify([(await call('GET', '/endpoints')).body, (await call('GET', '/deliveries')).body]);
      for (const secret of [CANARY, 'canary-path']) expect((told + answers).includes(secret)).toBe(false);
      expect(told).toContain(requestId(first));
    }, 60_000);

    it('survive the end of everyone who was delivering', async () => {
      await eventually(async () => expect(await about('down')).toMatchObject({ last_error: 'connect' }), WITHIN);
      await system().restart(1);
      await receivers.down.up();
      await eventually(() => expect(idsAt(receivers.down, first).length).toBeGreaterThan(0), WITHIN);
      await eventually(async () => expect((await about('down'))?.status).toBe('delivered'), WITHIN);
      expect(new Set(idsAt(receivers.down, first))).toEqual(new Set([(await about('down'))?.message_id]));
    }, 90_000);
  });
}
