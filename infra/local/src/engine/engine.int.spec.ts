import { freePort } from '@countersign/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopChild } from '../process/child.js';
import type { Child } from '../process/child.js';
import { createGuard } from '../process/guard.js';
import { startPart } from '../process/part.js';
import { enginePart } from './engine.js';
import type { EngineOptions } from './engine.config.js';

describe('embedded engine', () => {
  const guard = createGuard();
  let options: EngineOptions;
  let child: Child;

  const ask = async (user: string, sql: string): Promise<string> => {
    const headers = { authorization: `Basic ${Buffer.from(`${user}:secret`).toString('base64')}` };
    const response = await fetch(`http://127.0.0.1:${options.httpPort}/`, { method: 'POST', headers, body: sql });
    return (await response.text()).trim();
  };

  beforeAll(async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'countersign-engine-'));
    const users = [
      {
        name: 'writer',
        password: 'secret',
        profile: 'service' as const,
        grants: ['GRANT ALL ON kept.*', 'GRANT TABLE ENGINE ON *'],
      },
      { name: 'reader', password: 'secret', profile: 'analyst' as const, grants: ['GRANT SELECT ON kept.open'] },
    ];
    options = { dataDir, logFile: join(dataDir, 'host.log'), httpPort: await freePort(), users };
    child = await startPart(enginePart(options), guard);
    await ask('writer', 'CREATE DATABASE kept');
    await ask('writer', 'CREATE TABLE kept.open (n UInt32) ENGINE = MergeTree ORDER BY n');
    await ask('writer', 'CREATE TABLE kept.closed (n UInt32) ENGINE = MergeTree ORDER BY n');
    await ask('writer', 'INSERT INTO kept.open SELECT number FROM numbers(1000)');
  }, 30_000);
  afterAll(async () => {
    await stopChild(child, 5_000);
    guard.close();
    await rm(options.dataDir, { recursive: true });
  });

  it('keeps acknowledged rows over kill -9', async () => {
    child.signal('SIGKILL');
    await child.exited;
    child = await startPart(enginePart(options), guard);
    await expect(ask('reader', 'SELECT count() FROM kept.open')).resolves.toBe('1000');
  });

  it('stops on SIGTERM by itself', async () => {
    child.signal('SIGTERM');
    await expect(child.exited).resolves.toBe('code 0');
    child = await startPart(enginePart(options), guard);
  });

  it.each([
    ['another table', 'SELECT * FROM kept.closed'],
    ['a write', 'INSERT INTO kept.open VALUES (1)'],
    ['a file', "SELECT * FROM file('/etc/hostname', 'LineAsString')"],
    ['another server', "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')"],
  ])('gives the analyst no access to %s', async (_what, sql) => {
    await expect(ask('reader', sql)).resolves.toMatch(/^Code: (497|164)\./);
  });

  it('does not let the analyst lift the limits', async () => {
    await expect(ask('reader', 'SELECT 1 SETTINGS max_execution_time = 3600')).resolves.toMatch(/^Code: 452\./);
  });

  it('lets nobody in without a password', async () => {
    const response = await fetch(`http://127.0.0.1:${options.httpPort}/?query=SELECT%201`);
    await expect(response.text()).resolves.toMatch(/^Code: 202\./);
  });

  it('is not taken for ready when another server has the port', async () => {
    const other = { ...options, dataDir: join(options.dataDir, 'other'), logFile: join(options.dataDir, 'other.log') };
    const part = { ...enginePart(other), readyTimeoutMs: 3_000 };
    await expect(startPart(part, guard)).rejects.toThrow(/clickhouse (was not ready|ended while starting)/);
  });
});
