import { registryMark, topicConfigs, TOPICS } from '@countersign/events';
import { createAppender } from '@countersign/kafka';
import { connectTo, freePort } from '@countersign/testing';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { withAdmin } from '../broker/admin.js';
import { brokerPart } from '../broker/broker.js';
import { dataFolder, repoRoot } from '../paths.js';
import { stopChild } from '../process/child.js';
import type { Child } from '../process/child.js';
import { createGuard } from '../process/guard.js';
import { startPart } from '../process/part.js';
import { ensureSecrets } from '../secrets/secrets.js';
import { readRoster } from '../roster.js';
import { ensureRegistry, ensureTopics } from './topics.js';

const OTHER = registryMark.replace(/[0-9a-f]{16}$/, '0123456789abcdef');
const NEWER = 'countersign.registry.9999.0123456789abcdef';

interface Ended {
  readonly code: number;
  readonly lines: string[];
}

async function ended(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const child = spawn(process.execPath, args, { env: { ...process.env, NODE_OPTIONS: '', ...env } });
  const code = new Promise<number>((resolve) => child.once('close', (status) => resolve(status ?? -1)));
  const [, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, lines: errors.split('\n').filter(Boolean) };
}

describe('a cluster of another registry', () => {
  const guard = createGuard();
  let folder: string;
  let broker: Child;
  let brokers: string[];
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-registry-'));
    const [port, controllerPort] = [await freePort(), await freePort()];
    const options = { dataDir: join(folder, 'kafka'), logFile: join(folder, 'kafka.log'), port, controllerPort };
    broker = await startPart(brokerPart(options), guard);
    brokers = [`127.0.0.1:${port}`];
    const secrets = join(folder, 'secrets');
    await ensureSecrets(secrets, await readRoster());
    env = {
      ...{ KAFKA_BROKERS: brokers[0], COUNTERSIGN_SECRETS_DIR: secrets, PORT: '0' },
      ...{
        APPROVAL_URLS: 'http://127.0.0.1:9',
        POLICY_URL: 'http://127.0.0.1:9',
        CLICKHOUSE_URL: 'http://127.0.0.1:9',
      },
      ...{ CLICKHOUSE_USER: 'nobody', CLICKHOUSE_PASSWORD: 'none', COUNTERSIGN_ISSUER: 'http://127.0.0.1:9' },
      ...{
        COUNTERSIGN_POLICIES_DIR: join(repoRoot, 'infra/policies'),
        COUNTERSIGN_EVIDENCE_DIR: join(folder, 'evidence'),
      },
      OIDC_ISSUERS: JSON.stringify([{ issuer: 'http://127.0.0.1:9', jwks_uri: 'http://127.0.0.1:9', audience: 'a' }]),
    };
  }, 90_000);

  afterAll(async () => {
    if (broker) await stopChild(broker, 200);
    guard.close();
    await rm(folder, { recursive: true, force: true });
  });

  const topicsAre = (change: { add?: string; remove?: string }): Promise<void> =>
    withAdmin(brokers, async (admin) => {
      if (change.remove !== undefined) await admin.deleteTopics({ topics: [change.remove] });
      if (change.add !== undefined)
        await admin.createTopics({ topics: [{ topic: change.add, numPartitions: 1 }], waitForLeaders: false });
    });

  it('is told from an empty one, from topics that were made beforehand, and from our own', async () => {
    await ensureTopics(brokers, topicConfigs);
    await ensureRegistry(brokers);
    await ensureRegistry(brokers);
    expect(await withAdmin(brokers, (admin) => admin.listTopics())).toContain(registryMark);
  }, 60_000);

  it.each([
    ['other schemas', OTHER, /was made with another schema registry\. Remedy: /],
    ['more schemas', NEWER, /was made by a newer version, with 9999 schemas where this one has \d+\. Remedy: /],
  ])(
    'is refused with %s, by who prepares it and by every service, in one line',
    async (_name, add, line) => {
      await topicsAre({ add });
      try {
        await expect(ensureRegistry(brokers)).rejects.toThrow(line);
        for (const service of ['intake', 'policy', 'approval', 'telemetry']) {
          const { code, lines } = await ended([join(repoRoot, `apps/${service}/dist/main.js`)], env);
          expect({ service, code, lines: lines.length }).toEqual({ service, code: 1, lines: 1 });
          expect(lines[0]).toMatch(line);
        }
      } finally {
        await topicsAre({ remove: add });
      }
    },
    120_000,
  );

  it('is refused where it holds records and no mark', async () => {
    await topicsAre({ remove: registryMark });
    const connection = connectTo(brokers);
    const appender = createAppender(connection);
    await appender.append([{ topic: TOPICS.roster, key: 'k', value: Buffer.from('v'), headers: {} }]);
    await Promise.all([appender.close(), connection.close()]);
    await expect(ensureRegistry(brokers)).rejects.toThrow(/another schema registry, which left no mark\. Remedy: /);
  }, 60_000);
});

describe('a data folder of another registry', () => {
  const PORT_BASE = 31_700;
  const data = dataFolder(PORT_BASE);
  const topic = async (name: string): Promise<void> => {
    await mkdir(join(data, 'kafka/log', `${name}-0`), { recursive: true });
    await writeFile(join(data, 'kafka/log', `${name}-0`, '00000000000000000000.log'), 'records');
  };
  const up = (): Promise<Ended> =>
    ended([join(repoRoot, 'apps/cli/bin/countersign.mjs'), 'up', '--no-demo', '--port-base', String(PORT_BASE)]);

  beforeEach(() => rm(data, { recursive: true, force: true }));
  afterEach(() => rm(data, { recursive: true, force: true }));

  it.each([
    ['another mark', [TOPICS.policies, OTHER]],
    ['the mark of a newer version', [TOPICS.policies, NEWER]],
    ['records and no mark', [TOPICS.policies]],
  ])(
    'is refused with %s, in one line, and nothing is started',
    async (_name, topics) => {
      for (const name of topics) await topic(name);
      const { code, lines } = await up();
      expect(code).toBe(1);
      expect(lines.filter((line) => line.includes('Remedy'))).toEqual([lines.at(-1)]);
      expect(lines.at(-1)).toMatch(
        /^The data in .* was made (with another schema registry|by a newer version).* delete the folder/,
      );
    },
    60_000,
  );
});
