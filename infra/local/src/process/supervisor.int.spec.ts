import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@countersign/testing';
import { isAlive } from '../checks/lock.js';
import { createGuard } from './guard.js';
import type { Part } from './part.js';
import { backOffMs, Supervised } from './supervisor.js';

const sleeper = (seconds: string, logFile: string): Part => ({
  name: 'sleeper',
  readyTimeoutMs: 2_000,
  stopDeadlineMs: 500,
  isReady: async () => true,
  command: () => ({
    file: '/bin/sh',
    args: ['-c', `echo started; exec sleep ${seconds}`],
    env: { PATH: process.env['PATH'] },
    logFile,
  }),
});

describe('Supervised', () => {
  const guard = createGuard();
  let folder: string;
  let supervised: Supervised;
  const lines: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-supervisor-'));
  });
  afterEach(() => supervised.stop());
  afterAll(async () => {
    guard.close();
    await rm(folder, { recursive: true });
  });

  const start = async (seconds: string): Promise<string> => {
    const logFile = join(folder, `${expect.getState().currentTestName}.log`);
    supervised = new Supervised(sleeper(seconds, logFile), guard, (line) => lines.push(line));
    await supervised.start();
    return logFile;
  };

  it('starts a killed part again and says so', async () => {
    await start('600');
    const first = supervised.pid as number;
    process.kill(first, 'SIGKILL');
    await eventually(() => expect(lines.at(-1)).toMatch(/^sleeper is back/));
    expect(supervised.pid).not.toBe(first);
    expect(lines).toContain('sleeper ended (SIGKILL); starting it again in 200 ms');
  });

  it('waits longer after each failure', async () => {
    const log = await start('0.01');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const starts = (await readFile(log, 'utf8')).split('started').length - 1;
    expect(starts).toBeGreaterThanOrEqual(2);
    expect(starts).toBeLessThanOrEqual(4);
  });

  it('leaves a stopped part stopped, also while it pauses before a restart', async () => {
    await start('0.01');
    await eventually(() => expect(supervised.pid).toBeNull());
    await supervised.stop();
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(supervised.pid).toBeNull();
  });

  it('wakes a frozen part to stop it', async () => {
    await start('600');
    const pid = supervised.pid as number;
    supervised.signal('SIGSTOP');
    await supervised.stop();
    expect(isAlive(pid)).toBe(false);
  });
});

it('doubles the pause from 0.2 s to 5 s', () => {
  expect([0, 1, 4, 5, 30].map(backOffMs)).toEqual([200, 400, 3_200, 5_000, 5_000]);
});
