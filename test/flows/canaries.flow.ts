import { TOPICS } from '@countersign/events';
import { connectTo, eventually, readAll } from '@countersign/testing';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Browser } from './support/browser.js';
import { approve, refund } from './support/proposals.js';
import { world } from './support/system.js';
import { facts } from './support/world.js';

/** What the type of the action says: its prompts are in no record. */
export const withSecretContext = (policy: string): string =>
  policy.replace('  refund:\n', '  refund:\n    context: hash\n');

const canary = (what: string): string => `canary-${what}-${randomUUID()}`;

/** Secrets and prompts that went through a whole flow; by name, so that a hit does not print the secret. */
const planted: Record<string, string> = {
  prompt: canary('prompt'),
  'input of the model': canary('input'),
  'output of the model': canary('output'),
  'unknown API key': `csk_${canary('key')}`,
  'body that is no JSON': canary('body'),
  'password in a header': canary('password'),
};

const hits = (text: string): string[] => Object.keys(planted).filter((name) => text.includes(planted[name] ?? ''));

describe('secrets and prompts', () => {
  beforeAll(async () => {
    const { intake_url, approval_url, agents, executors, data_dir } = world().local;
    const agent = agents.find(({ agent_id, tenant }) => agent_id === 'refund-agent' && tenant === 'acme');
    planted['API key of the agent'] = agent?.api_key ?? '';
    planted['signing secret'] = agent?.signing_secret ?? '';
    planted['API key of the executor'] =
      executors.find((one) => one.executor_id === 'payments-executor' && one.tenant === 'acme')?.api_key ?? '';
    planted['token between services'] = readFileSync(join(data_dir, 'secrets/internal.token'), 'utf8').trim();
    const context = { prompt: planted['prompt'], inputs: [planted['input of the model']] };
    const proposal = refund('6000.00', { context: { ...context, output: planted['output of the model'] } as never });
    const action = await world().decided(proposal);
    for (const subject of ['ann', 'bob']) await world().vote(subject, action, approve);
    const { grant } = await world().ended(proposal, action.action_id);
    planted['approval token'] = grant?.token ?? '';
    await world().redeem(planted['approval token'], facts(proposal));
    const browser = new Browser(approval_url);
    await browser.signIn('cat');
    planted['session of the page'] = browser.cookies.get('countersign_session') ?? '';
    const bearer = {
      authorization: `Bearer ${planted['unknown API key']}`,
      'x-password': planted['password in a header'] ?? '',
    };
    const post = { method: 'POST', headers: { ...bearer, 'content-type': 'application/json' } };
    await fetch(`${intake_url}/v1/actions`, { ...post, body: `{"${planted['body that is no JSON']}` });
    await fetch(`${intake_url}/v1/actions`, {
      ...post,
      headers: { ...post.headers, authorization: `Bearer ${agent?.api_key}`, 'idempotency-key': randomUUID() },
      body: `{"${planted['body that is no JSON']}`,
    });
  });

  it('are all there to be looked for', () =>
    expect(Object.entries(planted).filter(([, value]) => value.length < 20)).toEqual([]));

  it('are in no topic but submissions', async () => {
    const connection = connectTo(world().local.kafka_brokers);
    const found: string[] = [];
    for (const topic of Object.values(TOPICS).filter((name) => name !== TOPICS.submissions)) {
      for (const { key, value, headers } of await readAll(connection, topic)) {
        const text = [key, value, ...Object.values(headers)]
          .map((part) => part?.toString('latin1' as never) ?? '')
          .join('\n');
        found.push(...hits(text).map((name) => `${topic}: ${name}`));
      }
    }
    await connection.close();
    expect(found).toEqual([]);
  });

  it('are in no log of a service', () => {
    const folder = join(world().local.data_dir, 'logs');
    const services = readdirSync(folder).filter((name) => /^(intake|policy|approval|telemetry)/.test(name));
    expect(services.length).toBeGreaterThanOrEqual(4);
    const found = services.flatMap((name) =>
      hits(readFileSync(join(folder, name), 'utf8')).map((hit) => `${name}: ${hit}`),
    );
    expect(found).toEqual([]);
  });

  it('are in no row of the read side', async () => {
    const values = Object.values(planted).map((value) => `'${value}'`);
    await eventually(async () => {
      const [row] = await world().rows<{ all: string; bad: string }>(
        `SELECT count() AS all, countIf(multiSearchAny(payload, [${values.join(', ')}])) AS bad FROM events`,
      );
      expect(Number(row?.all)).toBeGreaterThan(10);
      expect(Number(row?.bad)).toBe(0);
    });
  });
});
