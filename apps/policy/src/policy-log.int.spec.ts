import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes, randomUUID } from 'node:crypto';
import type { MacKeys } from '@countersign/events';
import { topicConfigs, TOPICS } from '@countersign/events';
import { connect, createAppender, ensureTopics } from '@countersign/kafka';
import type { Appender, KafkaConnection } from '@countersign/kafka';
import { testBroker } from '@countersign/testing';
import { readPolicyFiles } from './policy-files.js';
import { PolicyLog } from './policy-log.js';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const key = (): string => randomBytes(32).toString('hex');
// Keys of this run's own: what other specs wrote to the same topic is not believed here, nor ours there.
const macKeys: MacKeys = { intake: key(), policy: key(), approval: key(), telemetry: key() };
const tenant = `t-${randomUUID()}`;

let connection: KafkaConnection;
let appender: Appender;

beforeAll(async () => {
  const { brokers } = await testBroker();
  connection = connect({ brokers, clientId: 'policy-test', log });
  const topics = topicConfigs.filter(({ topic }) => topic === TOPICS.policies);
  await ensureTopics(connection, topics);
  appender = createAppender(connection);
}, 60_000);
afterAll(async () => {
  await appender.close();
  await connection.close();
});

const text = (quorum: number): string =>
  `name: pay\ntenant: ${tenant}\naction_types: { pay: {} }\ngates: { g: { quorum: ${quorum}, roles: [r] } }\nfallback: g\n`;

/** One life of the service: opens the log with these files and says which version is active. */
async function startWith(content: string | null, follow = true): Promise<number | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-policies-'));
  if (content !== null) writeFileSync(join(folder, 'pay.yaml'), content);
  const policies = new PolicyLog({ connection, appender, macKeys, log });
  await policies.open(readPolicyFiles(folder), { operator: 'ann', follow });
  const active = policies
    .current()
    .list(tenant)
    .find((one) => one.active);
  await policies.close();
  return active?.version;
}

describe('the policy log', () => {
  it('publishes a file once, a changed one as the next version, and an old one under its old number', async () => {
    expect(await startWith(text(1))).toBe(1);
    expect(await startWith(text(1))).toBe(1);
    expect(await startWith(text(2))).toBe(2);
    expect(await startWith(null)).toBe(2);
    expect(await startWith(text(1))).toBe(1);
  }, 60_000);

  it('keeps a changed file as a draft where the folder is not followed', async () => {
    expect(await startWith(text(3), false)).toBe(1);
    expect(await startWith(text(3), true)).toBe(3);
  }, 60_000);

  it('answers nothing before it has read everything', () => {
    const policies = new PolicyLog({ connection, appender, macKeys, log });
    expect(() => policies.current()).toThrow('still being read');
    expect(policies.healthy()).toBe(false);
  });
});

describe('policy files', () => {
  it('are refused with file, line and column, so that no default speaks in their place', () => {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-policies-'));
    writeFileSync(join(folder, 'pay.yaml'), text(1).replace('quorum: 1', 'quorum: none'));
    expect(() => readPolicyFiles(folder)).toThrow(/pay\.yaml:4:23: expected number/);
  });
});
