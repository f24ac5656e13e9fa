import { cancel, type ActionDocument } from '@countersign/sdk';
import { eventually, startSystem, type TestSystem } from '@countersign/testing';
import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Receiver } from '../../apps/approval/test/receivers.js';
import { commandAt } from './support/command.js';
import { refund } from './support/proposals.js';
import { worldOf, type World } from './support/world.js';

const COUNT = 40;
const ANSWER_MS = 150;
const canary = (what: string): string => `canary-${what}-${randomUUID()}`;
const SECRET = `whsec_${randomBytes(32).toString('base64')}`;
const planted = {
  'secret of a webhook': SECRET,
  'address of a webhook': canary('address'),
  'password of the mail server': canary('password'),
  'run in the body of a message': canary('run'),
  'answer of a receiver': canary('answer'),
};

/** One that takes its time, so that a deliverer dies while it waits for the answer. */
const slow = (): Receiver =>
  new Receiver((response) => setTimeout(() => response.writeHead(200).end(planted['answer of a receiver']), ANSWER_MS));

let system: TestSystem;
let world: World;
const [people, agent] = [slow(), slow()];

beforeAll(async () => {
  await Promise.all([people.up(), agent.up()]);
  system = await startSystem({ approvalInstances: 2 });
  world = worldOf(system.local);
  const { data_dir } = world.local;
  const common = { tenant: 'acme', events: ['request.opened'] };
  const url = `${people.url}/${planted['address of a webhook']}`;
  const settings = {
    dangerously_allow_loopback: true,
    // Nobody listens there.
    smtp: {
      host: '127.0.0.1',
      port: 9,
      secure: true,
      user: 'u',
      pass: planted['password of the mail server'],
      from: 'c@x.test',
    },
    endpoints: [
      { ...common, endpoint_id: 'ops', kind: 'webhook', url, secrets: [SECRET] },
      { ...common, endpoint_id: 'mail', kind: 'email', to: 'ann@example.com' },
    ],
  };
  writeFileSync(join(data_dir, 'secrets/notifications.json'), JSON.stringify(settings), { mode: 0o600 });
  const called = ['keys', 'callback', '--agent', 'refund-agent', '--url', agent.url];
  expect(await commandAt(join(data_dir, 'local.json'), ...called)).toMatchObject({ code: 0 });
  await sleep(1_500);
}, 180_000);
afterAll(async () => {
  await system?.close();
  for (const receiver of [people, agent]) receiver.down();
}, 60_000);

const idsAt = ({ got }: Receiver, action: ActionDocument): string[] =>
  got.filter(({ body }) => body.includes(action.action_id)).map(({ headers }) => String(headers['webhook-id']));

describe('a deliverer that is killed', () => {
  it('loses no message to people or agents, and repeats one under its own id alone', async () => {
    const run_id = planted['run in the body of a message'];
    const actions = await Promise.all(
      Array.from({ length: COUNT }, () => world.decided(refund('450.00', { confidence: 0.9, run_id }))),
    );
    await Promise.all(actions.map(({ action_id }) => cancel(world.agent(), action_id)));
    const reached = () => [people, agent].map(({ got }) => got.length);
    await eventually(() => expect(Math.min(...reached())).toBeGreaterThan(2), { withinMs: 30_000 });
    for (const part of ['approval', 'approval-2']) system.kill(part);
    const before = reached();
    expect(Math.max(...before)).toBeLessThan(COUNT);
    for (const part of ['approval', 'approval-2']) await system.ready(part, 60_000);
    await eventually(
      () => {
        for (const receiver of [people, agent])
          expect(actions.filter((action) => idsAt(receiver, action).length === 0)).toEqual([]);
      },
      { withinMs: 90_000 },
    );
    for (const receiver of [people, agent]) {
      const ids = actions.map((action) => new Set(idsAt(receiver, action)));
      expect(ids.filter(({ size }) => size !== 1)).toEqual([]);
      expect(new Set(ids.flatMap((own) => [...own])).size).toBe(COUNT);
    }
  }, 240_000);

  it('has written no secret, no address and no body into its log', () => {
    const { signing_secret } = world.local.agents.find(({ agent_id }) => agent_id === 'refund-agent') ?? {};
    const looked = { ...planted, 'signing secret of the agent': signing_secret ?? '' };
    const logs = readdirSync(system.logs).filter((name) => name.startsWith('approval'));
    expect(logs.length).toBeGreaterThanOrEqual(2);
    const texts = logs.map((name) => readFileSync(join(system.logs, name), 'utf8'));
    expect(texts.join('')).toContain('notification endpoints read');
    const found = Object.entries(looked).filter(
      ([, value]) => value === '' || texts.some((text) => text.includes(value)),
    );
    expect(found.map(([name]) => name)).toEqual([]);
  });
});
