import { randomUUID } from 'node:crypto';
import { testEngine } from '@countersign/testing';
import { connectEngine, migrate } from './index.js';
import type { Engine, MigrateOptions } from './index.js';
import { fill, statementsOf } from './migrate.js';

describe('migrations', () => {
  let options: MigrateOptions;
  let engine: Engine;

  beforeAll(async () => {
    const { url, user, password } = await testEngine();
    options = { url, username: user, password, database: `m_${randomUUID().replaceAll('-', '')}` };
  }, 30_000);
  afterAll(async () => {
    await engine.command(`DROP DATABASE ${options.database}`);
    await engine.close();
  });

  it('run once each, in the order of their names', async () => {
    const first = await migrate(options);
    engine = connectEngine(options);
    expect(first).toEqual([...first].sort());
    expect(first.length).toBeGreaterThan(0);
    await expect(migrate(options)).resolves.toEqual([]);
  });

  it('refuse to go on over an applied file that was changed', async () => {
    await engine.command("INSERT INTO schema_migrations SELECT '0001_events', 'sha256:other', now64(3) + 1");
    await engine.command('OPTIMIZE TABLE schema_migrations FINAL');
    await expect(migrate(options)).rejects.toThrow('migration 0001_events was changed after it was applied');
  });

  it('take plain names only', async () => {
    await expect(migrate({ ...options, database: 'a; DROP DATABASE b' })).rejects.toThrow('is not a plain name');
    await expect(migrate({ ...options, cluster: "x' y" })).rejects.toThrow('is not a plain name');
  });

  it('become Replicated tables on a named cluster', () => {
    const ddl = 'CREATE TABLE t ${on_cluster} (n UInt8) ENGINE = ${replicated}MergeTree ORDER BY n';
    expect(fill(ddl, {})).toBe('CREATE TABLE t  (n UInt8) ENGINE = MergeTree ORDER BY n');
    expect(fill(ddl, { cluster: 'main' })).toBe(
      'CREATE TABLE t ON CLUSTER main (n UInt8) ENGINE = ReplicatedMergeTree ORDER BY n',
    );
  });

  it('split at a semicolon that ends a line, never inside prose', () => {
    expect(statementsOf("-- first; then\nSELECT ';';\n\nSELECT 2;\n")).toEqual(["SELECT ';'", 'SELECT 2']);
  });
});
