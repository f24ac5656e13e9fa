import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runningLauncher, takeFolder } from './lock.js';
import { requireFree } from './ports.js';

it('names a taken port and the way out', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await expect(requireFree({ intake: port })).rejects.toThrow(
    `Port ${port} (intake) is taken: stop what listens there, or choose other ports with --port-base.`,
  );
  server.close();
});

describe('takeFolder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-lock-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('refuses a second launcher while the first one runs, and forgets it afterwards', async () => {
    const release = await takeFolder(folder, 7400);
    await expect(takeFolder(folder, 7400)).rejects.toThrow(/already runs on port base 7400/);
    await release();
    await expect(runningLauncher(folder)).resolves.toBeNull();
  });

  it('does not take another process with the same number for the launcher', async () => {
    await writeFile(join(folder, 'launcher.json'), JSON.stringify({ pid: process.pid, started: '1' }));
    await expect(runningLauncher(folder)).resolves.toBeNull();
  });
});
