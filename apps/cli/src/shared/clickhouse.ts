import { unreachable, refused } from './command-error.js';
import type { LocalSystem } from './local-system.js';

/**
 * Rows of a statement, read by HTTP as the analyst that `local.json` names. 64-bit integers come as strings unless cast.
 * @throws CommandError with the engine's first line when the statement fails
 */
export async function query<T>(local: LocalSystem, sql: string): Promise<T[]> {
  const { database, analyst_user, analyst_password } = local.clickhouse;
  const url = `${local.clickhouse_url}/?database=${encodeURIComponent(database)}&default_format=JSONEachRow`;
  const headers = { 'x-clickhouse-user': analyst_user, 'x-clickhouse-key': analyst_password };
  const response = await fetch(url, { method: 'POST', headers, body: sql }).catch(() => null);
  if (response === null) throw unreachable(`ClickHouse does not answer at ${local.clickhouse_url}.`);
  const text = await response.text();
  if (!response.ok) throw refused(`ClickHouse: ${text.split('\n')[0] ?? response.status}`);
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as T);
}
