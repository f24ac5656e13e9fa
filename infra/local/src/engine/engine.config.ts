import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Confinement } from './confinement.js';
import type { EngineUser } from './users.js';

export interface EngineOptions {
  readonly dataDir: string;
  readonly logFile: string;
  readonly httpPort: number;
  readonly users: readonly EngineUser[];
  /** Default: what this system gives. */
  readonly confinement?: Confinement;
}

/** What `X-ClickHouse-Server-Display-Name` says: one name for each data folder, so that no other server is taken for ours. */
export const displayName = ({ dataDir }: EngineOptions): string =>
  `countersign-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}`;

export const engineFiles = (dataDir: string) => ({
  config: join(dataDir, 'config.xml'),
  users: join(dataDir, 'users.xml'),
  store: join(dataDir, 'store'),
  log: join(dataDir, 'engine.log'),
  fifo: join(dataDir, 'run.fifo'),
});

/**
 * fsync: a row that was acknowledged survives a crash of the machine. The small pools keep an idle engine quiet;
 * the two time-outs (seconds) keep open connections from holding up a stop: with the default it takes 5 s.
 * @param root where the engine sees its data folder
 */
export function configXml(options: EngineOptions, root: string): string {
  const files = engineFiles(root);
  return `<clickhouse>
  <display_name>${displayName(options)}</display_name>
  <logger><level>warning</level><log>${files.log}</log><size>20M</size><count>2</count><console>0</console></logger>
  <users_config>${files.users}</users_config>
  <user_files_path>${root}</user_files_path>
  <keep_alive_timeout>3</keep_alive_timeout>
  <shutdown_wait_unfinished>1</shutdown_wait_unfinished>
  <mark_cache_size>67108864</mark_cache_size>
  <asynchronous_metrics_update_period_s>60</asynchronous_metrics_update_period_s>
  <merge_tree>
    <fsync_after_insert>1</fsync_after_insert>
    <fsync_part_directory>1</fsync_part_directory>
  </merge_tree>
</clickhouse>
`;
}
