import { randomUUID } from 'node:crypto';
import { ACTION_TABLES, connectEngine, deriveWith, migrate } from '@countersign/clickhouse';
import type { Derivation, Engine } from '@countersign/clickhouse';
import { rowOf } from './log.js';
import type { LoggedRecord } from './log.js';

/** A migrated database of its own on the real engine. */
export interface TestDatabase {
  readonly name: string;
  readonly engine: Engine;
  readonly derive: Derivation;
  readonly options: { url: string; username: string; password: string; database: string };
  /** Inserts the records as the service would, `rangeSize` of one partition at a time, and derives everything. */
  load(records: readonly LoggedRecord[], rangeSize?: number): Promise<void>;
  drop(): Promise<void>;
}

export interface EngineAccess {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** A database with a name of its own. @param access a user who may create databases */
export const testDatabase = (access: EngineAccess): Promise<TestDatabase> =>
  databaseNamed(`t_${randomUUID().replaceAll('-', '')}`, access);

export async function databaseNamed(database: string, { url, user, password }: EngineAccess): Promise<TestDatabase> {
  const options = { url, username: user, password, database };
  await migrate(options);
  const engine = connectEngine(options);
  const derive = deriveWith(engine);
  return {
    name: database,
    engine,
    derive,
    options,
    load: async (records, rangeSize = 200) => {
      for (const range of rangesOf(records, rangeSize)) await insertRange(engine, range);
      const stale = await derive.staleActions();
      for (const table of ACTION_TABLES) await derive.refresh(table, stale);
      await derive.refreshDays(await derive.staleDays());
    },
    drop: async () => {
      await engine.command(`DROP DATABASE ${database}`);
      await engine.close();
    },
  };
}

async function insertRange(engine: Engine, range: readonly LoggedRecord[]): Promise<void> {
  const token = range.map(({ topic, partition, offset }) => `${topic}:${partition}:${offset}`).join();
  await engine.insert('event_rows', range.map(rowOf), token);
}

function rangesOf(records: readonly LoggedRecord[], size: number): LoggedRecord[][] {
  const partitions = new Map<string, LoggedRecord[]>();
  for (const record of records) {
    const name = `${record.topic}:${record.partition}`;
    partitions.set(name, [...(partitions.get(name) ?? []), record]);
  }
  return [...partitions.values()].flatMap((all) =>
    Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size)),
  );
}
