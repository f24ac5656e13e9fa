import { SERVICES } from '@countersign/events';
import type { ServiceName } from '@countersign/events';
import { repoRoot, serverUsersXml, shareSecrets } from '@countersign/local';
import { eventually, freePort, startSystem } from '@countersign/testing';
import type { TestSystem } from '@countersign/testing';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadApprovalConfig } from '../../apps/approval/src/approval.config.js';
import { loadIntakeConfig } from '../../apps/intake/src/intake.config.js';
import { loadPolicyConfig } from '../../apps/policy/src/policy.config.js';
import { loadTelemetryConfig } from '../../apps/telemetry/src/telemetry.config.js';
import { composeServices, DOCKER } from './support/compose.js';
import type { ComposeService } from './support/compose.js';

type Env = Readonly<Record<string, string | undefined>>;

const services = composeServices();
const LOAD: Readonly<Record<ServiceName, (env: Env) => unknown>> = {
  intake: loadIntakeConfig,
  policy: loadPolicyConfig,
  approval: loadApprovalConfig,
  telemetry: loadTelemetryConfig,
};
/** Instances in the compose file, by service. */
const OURS = Object.entries(services).flatMap(([name, service]) => {
  const of = SERVICES.find((one) => service.command?.[1] === `apps/${one}/dist/main.js`);
  return of === undefined ? [] : [{ name, of, service }];
});

describe('infra/docker/compose.yaml', () => {
  let system: TestSystem;
  let folder: string;
  const secretsOf = (service: ServiceName): string => join(folder, service);
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    system = await startSystem();
    folder = await mkdtemp(join(tmpdir(), 'countersign-compose-'));
    for (const service of SERVICES) await shareSecrets(join(system.logs, '../secrets'), service, secretsOf(service));
  }, 120_000);
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await system?.close();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  it('runs every service', () => {
    expect(new Set(OURS.map(({ of }) => of))).toEqual(new Set(SERVICES));
  });

  it.each(OURS)('tells $name what $of reads, all of it and nothing else', ({ of, service }) => {
    const read = new Set<string>();
    const env = { ...service.environment, COUNTERSIGN_SECRETS_DIR: secretsOf(of) };
    const watched = new Proxy<Env>(env, { get: (from, name: string) => (read.add(name), from[name]) });
    expect(LOAD[of](watched)).toMatchObject({ service: of });
    expect(Object.keys(service.environment).filter((name) => !read.has(name))).toEqual([]);
  });

  it('mounts for each service its own secrets, and lets none but approval write there', () => {
    for (const { of, service } of OURS) {
      const mounted = service.volumes?.filter((volume) => volume.includes(':/secrets')) ?? [];
      expect(mounted).toEqual([`secrets-${of}:/secrets${of === 'approval' ? '' : ':ro'}`]);
      expect(services['setup']?.volumes).toContain(`secrets-${of}:/service-secrets/${of}`);
    }
  });

  it('gives each service the secrets that it reads only', async () => {
    const files = async (service: ServiceName) => (await readdir(secretsOf(service))).sort();
    expect(await files('intake')).toEqual(['credentials.json', 'internal.token', 'mac.json', 'redaction.json']);
    expect(await files('policy')).toEqual(['draws.json', 'internal.token', 'mac.json', 'policy-executor.json']);
    expect(await files('telemetry')).toEqual(['internal.token', 'mac.json']);
    const own = ['credentials.json', 'internal.token', 'mac.json', 'notifications.json', 'redaction.json'];
    expect(await files('approval')).toEqual(own);
    for (const service of SERVICES) {
      const keys = Object.keys(JSON.parse(await readFile(join(secretsOf(service), 'mac.json'), 'utf8')) as object);
      expect(keys.includes('telemetry')).toBe(service === 'telemetry');
      expect(keys).toContain(service);
    }
  });

  it('lets telemetry and policy into the engine with the grants of the writer and of a reader, and has an analyst', async () => {
    const users = await readFile(join(DOCKER, 'clickhouse-users.xml'), 'utf8');
    // Made by: node -e "import('@countersign/local').then((m) => console.log(m.serverUsersXml('countersign')))"
    expect(users.trim()).toBe(serverUsersXml('countersign').trim());
    const { environment, volumes } = services['clickhouse'] as ComposeService;
    expect(volumes).toContain('./clickhouse-users.xml:/etc/clickhouse-server/users.d/countersign.xml:ro');
    const variables = [...users.matchAll(/from_env="(\w+)"/g)].map(([, name]) => name);
    expect(Object.keys(environment).sort()).toEqual([...variables].sort());
    const account = ({ environment: env }: ComposeService) => [env['CLICKHOUSE_USER'], env['CLICKHOUSE_PASSWORD']];
    const writer = ['countersign', environment['CLICKHOUSE_WRITER_PASSWORD']];
    expect(account(services['telemetry']!)).toEqual(writer);
    expect(account(services['setup']!)).toEqual(writer);
    expect(account(services['policy']!)).toEqual(['countersign_policy', environment['CLICKHOUSE_POLICY_PASSWORD']]);
  });

  it('publishes the page at the issuer of its tokens, whose forms are taken, and at no other address', () => {
    const approvals = OURS.filter(({ of }) => of === 'approval');
    const origins = approvals.map(({ service }) => {
      const config = loadApprovalConfig({ ...service.environment, COUNTERSIGN_SECRETS_DIR: secretsOf('approval') });
      expect(config.pageUrls).toContain(config.tokenIssuer);
      return { issuer: config.tokenIssuer, pageUrls: config.pageUrls, ports: service.ports ?? [] };
    });
    expect(new Set(origins.map(({ issuer }) => issuer)).size).toBe(1);
    const published = origins.flatMap(({ ports }) => ports.map((port) => `http://${port.replace(/:\d+$/, '')}`));
    expect(published).toEqual([origins[0]?.issuer]);
    expect(services['policy']?.environment['COUNTERSIGN_ISSUER']).toBe(origins[0]?.issuer);
  });

  it('starts each service with exactly that environment', async () => {
    for (const part of ['intake', 'policy', 'approval', 'telemetry']) await system.stopPart(part);
    const once = OURS.filter(({ of }, at) => OURS.findIndex((other) => other.of === of) === at);
    const ports = Object.fromEntries(await Promise.all(once.map(async ({ of }) => [of, await freePort()] as const)));
    const engine = JSON.parse(await readFile(join(system.logs, '../secrets/clickhouse.json'), 'utf8')) as {
      service: string;
    };
    for (const { of, service } of once) {
      // What is replaced is where others are and, as this engine has no second user, who asks it.
      const places: Record<string, string> = {
        PORT: String(ports[of]),
        KAFKA_BROKERS: system.local.kafka_brokers.join(','),
        COUNTERSIGN_SECRETS_DIR: secretsOf(of),
        COUNTERSIGN_POLICIES_DIR: join(repoRoot, 'infra/policies'),
        COUNTERSIGN_EVIDENCE_DIR: join(folder, 'evidence'),
        APPROVAL_URLS: `http://127.0.0.1:${ports['approval']}`,
        POLICY_URL: `http://127.0.0.1:${ports['policy']}`,
        TELEMETRY_URL: `http://127.0.0.1:${ports['telemetry']}`,
        CLICKHOUSE_URL: system.local.clickhouse_url,
        CLICKHOUSE_USER: 'countersign',
        CLICKHOUSE_PASSWORD: engine.service,
      };
      const env = Object.fromEntries(
        Object.entries(service.environment).map(([name, value]) => [name, places[name] ?? value]),
      );
      const [, script = ''] = service.command ?? [];
      children.push(spawn(process.execPath, [join(repoRoot, script)], { env, stdio: 'ignore' }));
    }
    for (const { of } of once)
      await eventually(async () => expect(await statusOf(`http://127.0.0.1:${ports[of]}/health/ready`)).toBe(200), {
        withinMs: 90_000,
        everyMs: 500,
      });
  }, 180_000);

  const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;
});
