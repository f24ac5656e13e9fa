import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRoster } from '../roster.js';
import type { Roster } from '../roster.js';
import { ensureCredentials, ensurePolicyKeys, readLocalKeys } from './credentials.js';
import { ensureSecrets } from './secrets.js';

describe('secrets of a local system', () => {
  let folder: string;
  let secrets: string;
  let roster: Roster;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-secrets-'));
    secrets = join(folder, 'secrets');
    roster = await readRoster();
    await ensureSecrets(secrets, roster);
    await ensureCredentials(secrets, roster);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('are readable by their owner only', async () => {
    expect((await stat(secrets)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(secrets)) expect((await stat(join(secrets, name))).mode & 0o777).toBe(0o600);
  });

  it('stay the same at the next start', async () => {
    const before = await readFile(join(secrets, 'mac.json'), 'utf8');
    const keys = await readLocalKeys(secrets, []);
    await ensureSecrets(secrets, roster);
    await ensureCredentials(secrets, roster);
    await expect(readFile(join(secrets, 'mac.json'), 'utf8')).resolves.toBe(before);
    await expect(readLocalKeys(secrets, [])).resolves.toEqual(keys);
  });

  it('give the policy service its own executor key in each tenant', async () => {
    await ensurePolicyKeys(secrets, []);
    const { executors } = await readLocalKeys(secrets, []);
    const own = executors.filter(({ executor_id }) => executor_id === 'policy-service');
    const keys: unknown = JSON.parse(await readFile(join(secrets, 'policy-executor.json'), 'utf8'));
    expect(keys).toEqual(Object.fromEntries(own.map(({ tenant, api_key }) => [tenant, api_key])));
    expect(Object.keys(keys as object)).toEqual(['acme', 'globex']);
  });

  it('keep API keys as hashes only', async () => {
    const { agents } = await readLocalKeys(secrets, []);
    const stored = await readFile(join(secrets, 'credentials.json'), 'utf8');
    const key = agents[0]?.api_key ?? '';
    expect(stored).not.toContain(key);
    expect(stored).toContain(createHash('sha256').update(key).digest('hex'));
  });

  it('use the key that a rotation left, not the first one', async () => {
    const path = join(secrets, 'credentials.json');
    const stored = JSON.parse(await readFile(path, 'utf8'));
    const rotated = createHash('sha256').update('csk_new').digest('hex');
    stored.agents[0].keys[0].revoked_at = '2026-01-01T00:00:00.000Z';
    stored.agents[0].keys.push({
      key_id: 'key_2',
      sha256: rotated,
      created_at: '2026-01-01T00:00:00.000Z',
      revoked_at: null,
    });
    await writeFile(path, JSON.stringify(stored));
    const local = join(folder, 'local.json');
    await writeFile(local, JSON.stringify({ agents: [{ ...roster.agents[0], api_key: 'csk_new' }], executors: [] }));
    expect((await readLocalKeys(secrets, [local])).agents[0]?.api_key).toBe('csk_new');
  });

  it('keep only public keys of providers, and give the same private key again', async () => {
    const { providers } = await readLocalKeys(secrets, []);
    expect(providers).toEqual([expect.objectContaining({ provider_id: 'fraud-service', tenant: 'acme' })]);
    const stored = await readFile(join(secrets, 'credentials.json'), 'utf8');
    const { d, x } = providers[0]?.private_jwk ?? { d: '', x: '' };
    expect(stored).toContain(x);
    expect(stored).not.toContain(d);
    await ensureCredentials(secrets, roster);
    expect((await readLocalKeys(secrets, [])).providers).toEqual(providers);
  });

  it('complete credentials that name no providers', async () => {
    const path = join(secrets, 'credentials.json');
    const { providers: _, ...old } = JSON.parse(await readFile(path, 'utf8')) as { providers: unknown };
    await writeFile(path, JSON.stringify(old));
    expect((await readLocalKeys(secrets, [])).providers).toEqual([]);
    await ensureCredentials(secrets, roster);
    expect((await readLocalKeys(secrets, [])).providers[0]?.private_jwk).not.toBeNull();
  });

  it('show no private key of a provider whose key was replaced elsewhere', async () => {
    const path = join(secrets, 'credentials.json');
    const stored = JSON.parse(await readFile(path, 'utf8'));
    stored.providers[0].keys[0].revoked_at = '2026-01-01T00:00:00.000Z';
    await writeFile(path, JSON.stringify(stored));
    expect((await readLocalKeys(secrets, [])).providers[0]?.private_jwk).toBeNull();
  });
});
