/** Database of the local system. */
export const DATABASE = 'countersign';

/** What analysts may read: one row per thing, never a table behind a view. */
export const ANALYST_VIEWS = [
  'events',
  'audit',
  'votes',
  'refusals',
  'labels',
  'metrics_daily',
  'burden_daily',
] as const;

/**
 * GRANT statements (without TO) of the least-privilege analyst: SELECT on the views, and on the standard's tables that
 * describe them, which show each user only what that user may read.
 */
export const analystGrants = (database: string): string[] => [
  ...ANALYST_VIEWS.map((view) => `GRANT SELECT ON ${database}.${view}`),
  'GRANT SELECT ON information_schema.*',
  'GRANT SELECT ON INFORMATION_SCHEMA.*',
  // Sizes in information_schema.tables come from here; it lists parts of tables that the user may see, so none.
  'GRANT SELECT ON system.parts',
];

/**
 * GRANT statements (without TO) of the user that migrates and writes: everything in its database, nothing outside. The
 * engine asks for TABLE ENGINE beside CREATE TABLE; sources such as files and URLs need grants of their own all the same.
 */
export const writerGrants = (database: string): string[] => [`GRANT ALL ON ${database}.*`, 'GRANT TABLE ENGINE ON *'];
