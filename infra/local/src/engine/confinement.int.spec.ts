import { readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { confinementHere, ENGINE_ACCOUNT } from './confinement.js';
import { CANARY, startConfined } from '../../test/confined.js';
import type { Confined } from '../../test/confined.js';

const isRoot = process.getuid?.() === 0;
const kinds = isRoot ? (['account', 'namespace'] as const) : (['namespace'] as const);

describe.each(kinds)('an engine confined by %s', (how) => {
  let engine: Confined;
  beforeAll(async () => {
    engine = await startConfined(how);
  }, 60_000);
  afterAll(() => engine.close());

  it('has its data folder for a root, and an account that owns nothing else', async () => {
    const { child, folder } = engine;
    await expect(readlink(`/proc/${child.pid}/root`)).resolves.toBe(join(folder, 'ch'));
    const { uid } = await stat(`/proc/${child.pid}/task`);
    expect(uid).toBe(how === 'account' ? ENGINE_ACCOUNT : process.getuid?.());
    expect((await stat(join(folder, 'ch'))).mode & 0o777).toBe(0o700);
  });

  it.each(['owner', 'reader'] as const)('reads no file of the host for the %s', async (user) => {
    const { ask, canary } = engine;
    await expect(ask(user, `SELECT file('${canary}')`)).resolves.toMatch(/^Code: 107\./);
    const table = `SELECT * FROM file('${canary}', 'LineAsString', 's String')`;
    await expect(ask(user, table)).resolves.not.toContain(CANARY);
  });

  it('knows how large it is', async () => {
    const [size] = await engine.rows("SELECT value FROM system.metrics WHERE metric = 'MemoryTracking'");
    expect(Number(size)).toBeGreaterThan(1_000_000);
  });
});

describe('an engine that nothing confines', () => {
  it('lets nobody in but the service', async () => {
    const engine = await startConfined('none');
    try {
      expect((await engine.send('owner', 'SELECT 1')).status).toBe(200);
      expect((await engine.send('reader', 'SELECT 1')).status).toBe(403);
    } finally {
      await engine.close();
    }
  });

  it('is not what this machine makes of it', async () => {
    await expect(confinementHere()).resolves.toBe(isRoot ? 'account' : 'namespace');
  });
});
