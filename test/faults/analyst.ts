import type { LocalFile } from '@countersign/local';
import type { AuditRow } from './verdict.js';

/** Rows of a statement, read as the local analyst. */
async function rows<T>(local: LocalFile, sql: string): Promise<T[]> {
  const { database, analyst_user, analyst_password } = local.clickhouse;
  const response = await fetch(`${local.clickhouse_url}/?database=${database}&default_format=JSONEachRow`, {
    method: 'POST',
    headers: { 'x-clickhouse-user': analyst_user, 'x-clickhouse-key': analyst_password },
    body: sql,
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as T]));
}

export const auditRows = (local: LocalFile): Promise<AuditRow[]> =>
  rows(
    local,
    'SELECT action_id, approval_status, redeemed_at IS NOT NULL AS redeemed, outcome_status IS NOT NULL AS outcome FROM audit',
  );

export async function voteIds(local: LocalFile): Promise<string[]> {
  return (await rows<{ vote_id: string }>(local, 'SELECT vote_id FROM votes')).map(({ vote_id }) => vote_id);
}
