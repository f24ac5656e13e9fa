import { sha256 } from '@countersign/canonical';
import { connectEngine } from './engine.js';
import type { Engine } from './engine.js';
import { readMigrations, stripComments } from './sql-files.js';
import type { Migration } from './sql-files.js';

export interface MigrateOptions {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** Created when it is absent. Lower-case letters, digits and `_`. */
  readonly database: string;
  /** Name of a cluster with Keeper: tables become Replicated*, statements run ON CLUSTER. Default: one server, no Keeper. */
  readonly cluster?: string | undefined;
}

const NAME = /^[a-z][a-z0-9_]*$/;

/**
 * Brings a database to the newest schema: forward only, each file once, in the order of names. Safe to run again.
 * @returns names of the migrations that were applied now
 * @throws Error when an applied file was changed since, or a name is not plain
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  for (const name of [options.database, options.cluster ?? 'none']) {
    if (!NAME.test(name)) throw new Error(`${name} is not a plain name (a-z, 0-9, _)`);
  }
  await createDatabase(options);
  const engine = connectEngine({ ...options, application: 'countersign-migrate' });
  try {
    return await applyMissing(engine, options);
  } finally {
    await engine.close();
  }
}

async function createDatabase(options: MigrateOptions): Promise<void> {
  const engine = connectEngine({ ...options, database: 'system', application: 'countersign-migrate' });
  try {
    await engine.command(fill(`CREATE DATABASE IF NOT EXISTS ${options.database} \${on_cluster}`, options));
  } finally {
    await engine.close();
  }
}

async function applyMissing(engine: Engine, options: MigrateOptions): Promise<string[]> {
  await engine.command(fill(JOURNAL, options));
  const journal = await engine.rows<{ name: string; hash: string }>('SELECT name, hash FROM schema_migrations');
  const applied = new Map(journal.map(({ name, hash }) => [name, hash]));
  const done: string[] = [];
  for (const migration of readMigrations()) {
    if (isApplied(migration, applied)) continue;
    for (const statement of statementsOf(fill(migration.text, options))) await engine.command(statement);
    await record(engine, migration);
    done.push(migration.name);
  }
  return done;
}

const JOURNAL = `CREATE TABLE IF NOT EXISTS schema_migrations \${on_cluster}
(name String, hash String, applied_at DateTime64(3, 'UTC'))
ENGINE = \${replicated}ReplacingMergeTree ORDER BY name`;

function isApplied({ name, text }: Migration, applied: ReadonlyMap<string, string>): boolean {
  const hash = applied.get(name);
  if (hash !== undefined && hash !== sha256(text))
    throw new Error(`migration ${name} was changed after it was applied: add a new file instead`);
  return hash !== undefined;
}

const record = (engine: Engine, { name, text }: Migration): Promise<void> =>
  engine.command('INSERT INTO schema_migrations SELECT {name:String}, {hash:String}, now64(3)', {
    name,
    hash: sha256(text),
  });

/** DDL is a template over engine family and cluster, because Replicated tables and ON CLUSTER need Keeper. */
export const fill = (text: string, { cluster }: Pick<MigrateOptions, 'cluster'>): string =>
  text
    .replaceAll('${on_cluster}', cluster ? `ON CLUSTER ${cluster}` : '')
    .replaceAll('${replicated}', cluster ? 'Replicated' : '');

/** Statements of a file; each ends with `;` at the end of a line. */
export const statementsOf = (text: string): string[] =>
  stripComments(text)
    .split(/;[ \t]*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
