import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ANALYST_VIEWS, analystGrants, connectEngine, DATABASE, eventRow, writerGrants } from '@countersign/clickhouse';
import type { Engine } from '@countersign/clickhouse';
import { openRecord, TOPICS } from '@countersign/events';
import { createGuard, enginePart, startPart, stopChild } from '@countersign/local';
import type { Child } from '@countersign/local';
import { freePort } from '@countersign/testing';
import { letterFor } from './letter.js';
import { askMetrics } from './metrics-query.js';
import type { MetricsAnswer } from './metrics-query.js';
import { databaseNamed } from './testing/database.js';
import type { TestDatabase } from './testing/database.js';
import { macKeys } from './testing/log.js';
import { tellStories } from './testing/story.js';

const { log } = tellStories(23, 250);

/** The statements that docs/metrics.md prints, without a word changed. */
async function printedStatements(): Promise<string[]> {
  const text = await readFile(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');
  return [...text.matchAll(/```sql\n([^`]+)```/g)].map(([, sql]) => (sql ?? '').trim());
}

describe('the analyst', () => {
  const guard = createGuard();
  let folder: string;
  let child: Child | undefined;
  let database: TestDatabase | undefined;
  let analyst: Engine;
  let askRaw: (sql: string) => Promise<string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-analyst-'));
    const httpPort = await freePort();
    const users = [
      { name: 'writer', password: 'pw', profile: 'service' as const, grants: writerGrants(DATABASE) },
      { name: 'analyst', password: 'pw', profile: 'analyst' as const, grants: analystGrants(DATABASE) },
    ];
    child = await startPart(
      enginePart({ dataDir: join(folder, 'ch'), logFile: join(folder, 'ch.log'), httpPort, users }),
      guard,
    );
    const url = `http://127.0.0.1:${httpPort}`;
    database = await databaseNamed(DATABASE, { url, user: 'writer', password: 'pw' });
    await database.load(log.records);
    analyst = connectEngine({ url, username: 'analyst', password: 'pw', database: DATABASE });
    askRaw = async (sql) =>
      (await fetch(`${url}/?user=analyst&password=pw&database=${DATABASE}`, { method: 'POST', body: sql })).text();
  }, 60_000);
  afterAll(async () => {
    await analyst?.close();
    await database?.engine.close();
    if (child) await stopChild(child, 200);
    guard.close();
    await rm(folder, { recursive: true, force: true });
  });

  const metrics = async (group_by: readonly 'gate'[] = []): Promise<MetricsAnswer> => {
    const ofTenants = await Promise.all(
      ['acme', 'globex'].map((tenant) =>
        askMetrics(database!.engine, {
          tenant,
          from: new Date(0),
          to: new Date('2100-01-01'),
          now: new Date(),
          group_by,
          filters: { environment: 'production' },
        }),
      ),
    );
    return {
      groups: ofTenants.flatMap(({ groups }) => groups),
      reviewer_burden: ofTenants.flatMap(({ reviewer_burden }) => reviewer_burden),
    };
  };
  const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
    items.reduce((total, item) => total + of(item), 0);

  it('runs every printed statement as it stands', async () => {
    const statements = await printedStatements();
    expect(statements).toHaveLength(8);
    for (const sql of statements) expect(await askRaw(sql)).not.toMatch(/^Code:/);
  });

  it('gets the same numbers as GET /v1/metrics', async () => {
    const [override, burden, errors, times, sla] = (await printedStatements()).map((sql) => sql.replace(/;$/, '')) as [
      string,
      string,
      string,
      string,
      string,
    ];
    const { groups, reviewer_burden } = await metrics();
    expect(await analyst.rows(override)).toMatchObject([
      { k: String(sum(groups, (g) => g.override_rate.k)), n: String(sum(groups, (g) => g.override_rate.n)) },
    ]);
    expect(await analyst.rows(errors)).toMatchObject([
      { fp: String(sum(groups, (g) => g.false_positives)), fn: String(sum(groups, (g) => g.false_negatives)) },
    ]);
    const votes = await analyst.rows<{ minutes: string | null }>(burden);
    expect(sum(votes, ({ minutes }) => Number(minutes))).toBeCloseTo(
      sum(reviewer_burden, ({ minutes }) => minutes ?? 0),
      6,
    );
    const gates = (await metrics(['gate'])).groups;
    const n = (rows: readonly { n: string }[]): number => sum(rows, (row) => Number(row.n));
    expect(n(await analyst.rows<{ n: string }>(times))).toBe(sum(gates, (g) => g.time_to_approve.n));
    const missed = await analyst.rows<{ misses: string; n: string }>(
      sla.replace('respond_by <=', "environment = 'production' AND respond_by <="),
    );
    expect([sum(missed, ({ misses }) => Number(misses)), n(missed)]).toEqual([
      sum(gates, (g) => g.sla_miss_rate.k),
      sum(gates, (g) => g.sla_miss_rate.n),
    ]);
  });

  it.each([
    ["run_id = 'run-23-1'", 'by_run'],
    ["action_type = 'refund'", 'by_type'],
    ["approval_status = 'denied'", 'by_status'],
    ["reviewer_id = 'ann'", 'by_reviewer'],
    ["timestamp >= '2026-06-18 00:00:00'", 'by_time'],
    ["decided_at >= '2026-06-18 00:00:00'", 'by_decided'],
  ])('is served by an index when asking for %s', async (condition, index) => {
    await expect(askRaw(`EXPLAIN indexes = 1 SELECT action_id FROM audit WHERE ${condition}`)).resolves.toContain(
      `Name: ${index}`,
    );
  });

  it.each([
    ['a write', 'INSERT INTO audit (tenant) VALUES (1)'],
    ['a table behind a view', 'SELECT count() FROM audit_rows'],
    ['the sink', 'SELECT count() FROM event_rows'],
    ['a new table', 'CREATE TABLE countersign.mine (n UInt8) ENGINE = Memory'],
    ['a drop', 'DROP VIEW audit'],
    ['users', 'SELECT * FROM system.users'],
    ['queries of others', 'SELECT * FROM system.processes'],
    ['a file', "SELECT * FROM file('/etc/hostname', 'LineAsString')"],
    ['another server', "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')"],
  ])('has no access to %s', async (_what, sql) => {
    await expect(askRaw(sql)).resolves.toMatch(/^Code: (164|497)\./);
  });

  it.each([
    'DESCRIBE audit',
    'DESCRIBE TABLE countersign.votes',
    'SHOW COLUMNS FROM events',
    'SHOW CREATE VIEW labels',
    "SELECT column_name FROM information_schema.columns WHERE table_schema = 'countersign' AND table_name = 'audit'",
    "SELECT COLUMN_NAME FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'audit'",
  ])('is told by %s what there is', async (sql) => {
    await expect(askRaw(sql)).resolves.toMatch(/tenant/);
  });

  it.each([
    'SHOW TABLES',
    'SHOW TABLES FROM countersign',
    "SELECT table_name FROM information_schema.tables WHERE table_schema = 'countersign' ORDER BY 1",
    "SELECT name FROM system.tables WHERE database = 'countersign' ORDER BY 1",
  ])('sees its views and no table behind them by %s', async (sql) => {
    expect((await askRaw(sql)).trim().split('\n').sort()).toEqual([...ANALYST_VIEWS].sort());
  });

  it('reads every table of information_schema, and no part of a table', async () => {
    const names = (await askRaw('SHOW TABLES FROM information_schema')).trim().split('\n');
    expect(names).toEqual(expect.arrayContaining(['columns', 'tables', 'views', 'schemata']));
    for (const name of names) expect(await askRaw(`SELECT * FROM information_schema.${name}`)).not.toMatch(/^Code:/);
    await expect(askRaw('SELECT count() FROM system.parts')).resolves.toBe('0\n');
  });

  it('reads no dead letter', async () => {
    const refused = { topic: TOPICS.submissions, partition: 0, offset: 1, timestampMs: Date.UTC(2026, 5, 20) };
    const letter = letterFor(
      { ...refused, key: Buffer.from('acme|k'), value: Buffer.from('a card number'), headers: {} },
      { reason: 'bad_signature', message: 'it is not signed' } as never,
      macKeys,
    );
    const opened = openRecord({ ...letter, key: Buffer.from(letter.key) }, macKeys);
    await database!.engine.insert(
      'event_rows',
      [eventRow({ ...refused, topic: TOPICS.deadLetters }, letter.headers, opened)],
      'a letter',
    );
    await expect(askRaw("SELECT count() FROM events WHERE type = 'DeadLettered'")).resolves.toBe('0\n');
    await expect(askRaw('SELECT count() FROM event_rows')).resolves.toMatch(/^Code: 497/);
  });

  it('reads all that it should', async () => {
    for (const view of ANALYST_VIEWS) expect(await askRaw(`SELECT count() FROM ${view}`)).toMatch(/^[1-9]\d*\n$|^0\n$/);
  });
});
