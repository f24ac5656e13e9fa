import { readdirSync, readFileSync } from 'node:fs';

const root = new URL('../../../infra/clickhouse/', import.meta.url);

/** A statement of `infra/clickhouse`, without its comments. @param name e.g. `queries/metrics.sql` @throws when there is none */
export function readSql(name: string): string {
  return stripComments(readFileSync(new URL(name, root), 'utf8'));
}

/** A forward-only change of the schema. */
export interface Migration {
  /** File name without `.sql`; they run in the order of their names. */
  readonly name: string;
  readonly text: string;
}

export const readMigrations = (): Migration[] =>
  readdirSync(new URL('migrations/', root))
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => ({
      name: file.replace(/\.sql$/, ''),
      text: readFileSync(new URL(`migrations/${file}`, root), 'utf8'),
    }));

/** Drops whole-line comments, so that a `;` in prose does not end a statement. */
export const stripComments = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('--'))
    .join('\n')
    .trim();
