import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { eventually } from '@countersign/testing';
import { isAlive } from './checks/lock.js';
import { dataFolder, localFilePath, repoRoot } from './paths.js';
import type { LocalFile } from './system/local-file.js';

const PORT_BASE = 31_200;
const bin = join(repoRoot, 'apps/cli/bin/countersign.mjs');

interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Launched {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  output(): string;
}

function countersign(args: string[], env: NodeJS.ProcessEnv = {}): Launched {
  const child = spawn(process.execPath, [bin, ...args], { env: { ...process.env, NODE_OPTIONS: '', ...env } });
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (text.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (text.stderr += String(chunk)));
  const finished = once(child, 'close').then(([code]) => ({ code: code as number | null, ...text }));
  return { child, finished, output: () => text.stdout };
}

const up = (env?: NodeJS.ProcessEnv): Launched =>
  countersign(['up', '--no-demo', '--port-base', String(PORT_BASE)], env);
const ready = (launched: Launched): Promise<void> =>
  eventually(() => expect(launched.output()).toMatch(/^Countersign is ready/m), { withinMs: 90_000, everyMs: 200 });
const localFile = async (): Promise<LocalFile> => JSON.parse(await readFile(localFilePath, 'utf8'));
const noneAlive = (pids: readonly number[]): Promise<void> =>
  eventually(() => expect(pids.filter(isAlive)).toEqual([]), { withinMs: 15_000 });

describe('countersign up', () => {
  let launched: Launched;
  let former: string | null;

  beforeAll(async () => {
    former = await readFile(localFilePath, 'utf8').catch(() => null);
    await rm(dataFolder(PORT_BASE), { recursive: true, force: true });
    launched = up();
    await ready(launched);
  }, 120_000);

  afterAll(async () => {
    launched.child.kill('SIGTERM');
    await launched.finished;
    await rm(dataFolder(PORT_BASE), { recursive: true, force: true });
    if (former !== null) await writeFile(localFilePath, former, { mode: 0o600 });
    else await rm(localFilePath, { force: true });
  }, 60_000);

  it('writes local.json with every part', async () => {
    const local = await localFile();
    expect(local.intake_url).toBe(`http://127.0.0.1:${PORT_BASE}`);
    expect(Object.keys(local.pids).sort()).toEqual(
      ['approval', 'clickhouse', 'intake', 'issuer', 'kafka', 'launcher', 'policy', 'telemetry'].sort(),
    );
    expect(Object.values(local.pids).every(isAlive)).toBe(true);
  });

  it('keeps its data folder to its owner', async () => {
    expect((await stat(dataFolder(PORT_BASE))).mode & 0o777).toBe(0o700);
  });

  it('answers status and token', async () => {
    const status = await countersign(['status', '--json']).finished;
    expect(JSON.parse(status.stdout)).toMatchObject({ ready: true });
    expect(status.code).toBe(0);
    const token = await countersign(['token', '--reviewer', 'ann']).finished;
    expect(token.stdout.trim().split('.')).toHaveLength(3);
    const nobody = await countersign(['token', '--reviewer', 'mallory']).finished;
    expect(nobody.code).toBe(2);
  });

  it('refuses a second start on the same ports in one line', async () => {
    const second = await up().finished;
    expect(second.code).toBe(1);
    expect(second.stderr.trim().split('\n').at(-1)).toMatch(
      /^Countersign already runs on port base 31200 \(pid \d+\): stop it with/,
    );
  });

  it('starts a killed part again on its port and rewrites local.json', async () => {
    const { pids, intake_url } = await localFile();
    const before = pids['intake'] as number;
    process.kill(before, 'SIGKILL');
    await eventually(
      async () => expect((await fetch(`${intake_url}/health/ready`)).ok && !isAlive(before)).toBe(true),
      { withinMs: 20_000 },
    );
    await eventually(async () => {
      const now = (await localFile()).pids['intake'] as number;
      expect(isAlive(now) && now !== before).toBe(true);
    });
  }, 40_000);

  it('leaves no process and no lock when it is killed', async () => {
    const pids = Object.values((await localFile()).pids);
    launched.child.kill('SIGKILL');
    await noneAlive(pids);
    launched = up();
    await ready(launched);
  }, 120_000);

  it('leaves no process when it is asked to stop', async () => {
    const pids = Object.values((await localFile()).pids);
    const down = await countersign(['down', '--port-base', String(PORT_BASE)]).finished;
    expect(down.code).toBe(0);
    await expect(launched.finished).resolves.toMatchObject({ code: 0 });
    await noneAlive(pids);
    const again = await countersign(['down', '--port-base', String(PORT_BASE)]).finished;
    expect(again.code).toBe(3);
  }, 60_000);
});

describe('what keeps it from starting is one line', () => {
  const base = PORT_BASE + 100;
  const start = async (env: NodeJS.ProcessEnv = {}): Promise<Finished> =>
    countersign(['up', '--no-demo', '--port-base', String(base)], env).finished;
  const lastLine = (finished: Finished): string => finished.stderr.trim().split('\n').at(-1) ?? '';

  afterAll(() => rm(dataFolder(base), { recursive: true, force: true }));

  it('a taken port', async () => {
    const server = createServer().listen(base + 1, '127.0.0.1');
    await once(server, 'listening');
    const finished = await start();
    server.close();
    expect(lastLine(finished)).toMatch(/^Port 31301 \(policy\) is taken/);
    expect(finished.code).toBe(1);
  });

  it('a missing Java', async () => {
    const finished = await start({ PATH: '/nonexistent' });
    expect(lastLine(finished)).toMatch(/^Java \(java\) is not on the PATH: install Java 17 or newer/);
    expect(finished.code).toBe(1);
  });

  it('production', async () => {
    const finished = await start({ NODE_ENV: 'production' });
    expect(lastLine(finished)).toMatch(/does not start with NODE_ENV=production/);
    expect(finished.code).toBe(1);
  });
});
