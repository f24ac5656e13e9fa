import type { Engine } from './engine.js';
import { readSql } from './sql-files.js';

/** A UTC day of one tenant. */
export interface TenantDay {
  readonly tenant: string;
  /** `YYYY-MM-DD`. */
  readonly day: string;
}

/** Tables with a row for each action or for each thing that happened to one, in the order in which they are written. */
export const ACTION_TABLES = ['votes', 'labels', 'refusals', 'audit'] as const;
export type ActionTable = (typeof ACTION_TABLES)[number];

/**
 * Computes, inside the engine, what is derived from the events. Each call is a pure function of the events that are in the
 * sink, so that running it again, twice at a time or after a crash changes nothing.
 */
export interface Derivation {
  /**
   * Rows of one table for those actions. `audit` comes last: the version of an audit row says that everything else about
   * the action is written.
   */
  refresh(table: ActionTable, actionIds: readonly string[]): Promise<void>;
  /** Days that those actions, or votes on them, belong to. */
  daysOf(actionIds: readonly string[]): Promise<TenantDay[]>;
  /** Rows of the daily tables, each day whole. */
  refreshDays(days: readonly TenantDay[]): Promise<void>;
  /** Actions with events that their audit row has not seen (a writer died between the two). */
  staleActions(): Promise<string[]>;
  /** Pending actions whose clocks a lifted freeze has moved, if it held them. */
  thawedActions(): Promise<string[]>;
  /** Days whose rows are older than a row of that day. */
  staleDays(): Promise<TenantDay[]>;
}

/** An `as_of` that leaves no event out; the largest time of the column's type. */
export const ALWAYS = '2299-12-31 23:59:59.999';

// Ids travel in the request's address, of which the engine takes 128 KiB a parameter.
const MAX_IDS = 1_000;
const MAX_DAYS = 100;

export function deriveWith(engine: Engine): Derivation {
  const inserts = Object.fromEntries(ACTION_TABLES.map((name) => [name, insertOf(name, `${singular[name]}_rows`)]));
  const dayTables = ['metrics_daily', 'burden_daily'].map((name) => insertOf(name, `${name}_rows`));
  const readText = (name: string): string => readSql(`refresh/${name}.sql`);
  const idsOf = (name: string) => {
    const text = readText(name);
    return async () => (await engine.rows<{ action_id: string }>(text)).map(({ action_id }) => action_id);
  };
  const [touchedDays, staleDays] = [readText('touched_days'), readText('stale_days')];
  return {
    refresh: (table, actionIds) =>
      inChunks(actionIds, MAX_IDS, (action_ids) => engine.command(inserts[table] ?? '', { action_ids, as_of: ALWAYS })),
    daysOf: async (actionIds) => {
      const days: TenantDay[] = [];
      await inChunks(actionIds, MAX_IDS, async (action_ids) => {
        days.push(...(await engine.rows<TenantDay>(touchedDays, { action_ids })));
      });
      return days;
    },
    refreshDays: (days) =>
      inChunks(days, MAX_DAYS, async (chunk) => {
        const params = { tenants: chunk.map(({ tenant }) => tenant), days: chunk.map(({ day }) => day) };
        for (const insert of dayTables) await engine.command(insert, params);
      }),
    staleActions: idsOf('stale_actions'),
    thawedActions: idsOf('thawed_actions'),
    staleDays: () => engine.rows<TenantDay>(staleDays),
  };
}

const singular: Readonly<Record<ActionTable, string>> = {
  votes: 'vote',
  labels: 'label',
  refusals: 'refusal',
  audit: 'audit',
};
const insertOf = (name: string, table: string): string => `INSERT INTO ${table} ${readSql(`refresh/${name}.sql`)}`;

async function inChunks<T>(
  items: readonly T[],
  size: number,
  run: (chunk: readonly T[]) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < items.length; from += size) await run(items.slice(from, from + size));
}
