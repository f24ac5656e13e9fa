import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client';

/** Where the engine is and who we are there. */
export interface EngineOptions {
  /** HTTP address, e.g. `http://127.0.0.1:7423`. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly database: string;
  /** Shown in the engine's query log. */
  readonly application?: string;
  /** Longest time for one request, milliseconds. Default 30 000. */
  readonly requestTimeoutMs?: number;
}

/** Values of the `{name:Type}` places of a statement; dates and arrays as the client formats them. */
export type SqlParams = Record<string, unknown>;

/** One connection pool to ClickHouse, with the settings that our statements rely on. Errors are the client's own. */
export interface Engine {
  /** Rows of a SELECT; 64-bit integers and decimals come as text. */
  rows<T>(sql: string, params?: SqlParams): Promise<T[]>;
  /** Runs a statement that returns nothing. */
  command(sql: string, params?: SqlParams): Promise<void>;
  /**
   * Inserts rows as one block. A repeated token within the table's window inserts nothing, whatever the rows are:
   * a token must name exactly these rows.
   */
  insert(table: string, rows: readonly object[], token: string): Promise<void>;
  /** True when the engine answers a query in this database as this user. */
  ping(): Promise<boolean>;
  close(): Promise<void>;
}

/** Defaults of these differ between versions and installations, so each is stated. */
const SETTINGS: ClickHouseSettings = {
  async_insert: 0,
  wait_end_of_query: 1,
  deduplicate_blocks_in_dependent_materialized_views: 1,
  output_format_json_quote_64bit_integers: 1,
  output_format_json_quote_decimals: 1,
  date_time_output_format: 'iso',
  use_skip_indexes_if_final: 1,
};

const DEFAULT_TIMEOUT_MS = 30_000;

/** @param options the database need not exist yet; queries fail until it does */
export function connectEngine(options: EngineOptions): Engine {
  const { url, username, password, database, application, requestTimeoutMs } = options;
  const client = createClient({
    url,
    username,
    password,
    database,
    ...(application && { application }),
    request_timeout: requestTimeoutMs ?? DEFAULT_TIMEOUT_MS,
    use_multipart_params_auto: true,
    log: { level: ClickHouseLogLevel.OFF }, // its lines carry query parameters; callers log what matters
    clickhouse_settings: SETTINGS,
  });
  return engineOf(client);
}

const engineOf = (client: ClickHouseClient): Engine => ({
  rows: async <T>(sql: string, params: SqlParams = {}) => {
    const result = await client.query({ query: sql, query_params: params, format: 'JSONEachRow' });
    return result.json<T>();
  },
  command: async (sql, params = {}) => {
    await client.command({ query: sql, query_params: params });
  },
  insert: async (table, rows, token) => {
    await client.insert({
      table,
      values: rows,
      format: 'JSONEachRow',
      clickhouse_settings: {
        insert_deduplicate: 1,
        insert_deduplication_token: token,
        date_time_input_format: 'best_effort',
      },
    });
  },
  ping: async () => (await client.ping({ select: true })).success,
  close: () => client.close(),
});
