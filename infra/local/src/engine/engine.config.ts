import { createHash, createHmac } from 'node:crypto';
import { join } from 'node:path';
import type { Confinement } from './confinement.js';
import { passwordHash, passwordVariable } from './users.js';
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
  fifo: join(dataDir, 'run.fifo'),
});

const DISK_KEY = 'COUNTERSIGN_DISK_KEY';

/**
 * What must stand in no file of the engine's root, since its SQL reads every file there: it comes in the environment.
 * Tables are enciphered with a key that follows from the service's password: whoever loses that rebuilds from Kafka.
 */
export const engineSecrets = ({ users }: EngineOptions): Readonly<Record<string, string>> => ({
  [DISK_KEY]: createHmac('sha256', users.find(({ profile }) => profile === 'service')?.password ?? '')
    .update('tables of the engine')
    .digest('hex'),
  ...Object.fromEntries(users.map((user) => [passwordVariable(user), passwordHash(user)])),
});

/**
 * Tables are enciphered where analysts are let in. The disk begins at the root, because the engine puts the path of the
 * wrapped disk twice before the folders that it syncs.
 */
const storage = `
  <storage_configuration>
    <disks>
      <plain><type>local</type><path>/</path></plain>
      <sealed>
        <type>encrypted</type>
        <disk>plain</disk>
        <algorithm>AES_256_CTR</algorithm>
        <key_hex from_env="${DISK_KEY}"/>
      </sealed>
    </disks>
    <policies><sealed><volumes><main><disk>sealed</disk></main></volumes></sealed></policies>
  </storage_configuration>`;

/**
 * fsync: a row that was acknowledged survives a crash of the machine. The small pools keep an idle engine quiet;
 * the two time-outs (seconds) keep open connections from holding up a stop: with the default it takes 5 s. Statements that
 * fail are logged on the console, so outside of what the engine can read.
 * @param root where the engine sees its data folder
 */
export function configXml(options: EngineOptions, root: string): string {
  const files = engineFiles(root);
  const isConfined = root === '/';
  return `<clickhouse>
  <display_name>${displayName(options)}</display_name>
  <logger><level>warning</level><console>1</console></logger>${isConfined ? storage : ''}
  <users_config>${files.users}</users_config>
  <user_files_path>${root}</user_files_path>
  <keep_alive_timeout>3</keep_alive_timeout>
  <shutdown_wait_unfinished>1</shutdown_wait_unfinished>
  <mark_cache_size>67108864</mark_cache_size>
  <asynchronous_metrics_update_period_s>60</asynchronous_metrics_update_period_s>
  <merge_tree>${isConfined ? '<storage_policy>sealed</storage_policy>' : ''}
    <fsync_after_insert>1</fsync_after_insert>
    <fsync_part_directory>1</fsync_part_directory>
  </merge_tree>
</clickhouse>
`;
}
