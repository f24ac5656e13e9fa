export { ANALYST_VIEWS, analystGrants, DATABASE, writerGrants } from './access.js';
export { connectEngine } from './engine.js';
export type { Engine, EngineOptions, SqlParams } from './engine.js';
export { migrate } from './migrate.js';
export type { MigrateOptions } from './migrate.js';
export { readSql } from './sql-files.js';
