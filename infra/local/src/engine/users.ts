import { createHash } from 'node:crypto';
import { analystGrants, writerGrants } from '@countersign/clickhouse';
import { analystProfile } from './analyst-profile.js';

/** A named user of the embedded engine; grants and limits live in users.xml only. */
export interface EngineUser {
  readonly name: string;
  readonly password: string;
  /** `service` may do what its grants say; `analyst` only reads, with bounded time and memory. */
  readonly profile: 'service' | 'analyst';
  /** Where names without a database are looked up. Default: the engine's. */
  readonly database?: string;
  /** SQL GRANT statements without TO. */
  readonly grants: readonly string[];
}

/** Everything in one database, and nothing outside it. `INTROSPECTION`, files and URLs stay closed. */
export const ownerOf = (database: string): string[] => [`GRANT ALL ON ${database}.*`, 'GRANT SELECT ON system.*'];

const safety = `
      <implicit_select>0</implicit_select>
      <allow_introspection_functions>0</allow_introspection_functions>
      <storage_file_read_method>pread</storage_file_read_method>`;

/**
 * The engine's in-process session is the user `default` without a password. Its own blocking query fills the one place
 * that its profile leaves, so that nobody else can use it (they get code 202); it may only open the listeners and read
 * the fifo that keeps it waiting.
 */
const defaultUser = `
    <default>
      <password></password>
      <networks><ip>127.0.0.1</ip></networks>
      <profile>closed</profile>
      <quota>default</quota>
      <grants>
        <query>GRANT SYSTEM LISTEN ON *.*</query>
        <query>GRANT READ ON FILE</query>
        <query>GRANT CREATE TEMPORARY TABLE ON *.*</query>
      </grants>
    </default>`;

const profiles = `
    <default>${safety}
    </default>
    <closed>${safety}
      <max_concurrent_queries_for_all_users>1</max_concurrent_queries_for_all_users>
      <constraints><max_concurrent_queries_for_all_users><const/></max_concurrent_queries_for_all_users></constraints>
    </closed>
    <service>${safety}
      <async_insert>0</async_insert>
    </service>
    <analyst>${safety}${analystProfile}
    </analyst>`;

const escape = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

export const passwordHash = ({ password }: EngineUser): string => createHash('sha256').update(password).digest('hex');

/** Environment variable of the engine's process that holds a user's hash. */
export const passwordVariable = ({ name }: EngineUser): string => `COUNTERSIGN_HASH_OF_${name}`;

function userXml(user: EngineUser): string {
  const grants = user.grants.map((grant) => `<query>${escape(grant)}</query>`).join('');
  return `
    <${user.name}>
      <password_sha256_hex from_env="${passwordVariable(user)}"/>
      <networks><ip>127.0.0.1</ip></networks>
      <profile>${user.profile}</profile>
      <quota>default</quota>${user.database ? `<default_database>${user.database}</default_database>` : ''}
      <grants>${grants}</grants>
    </${user.name}>`;
}

/** The text of users.xml. User names must be XML names. */
export const usersXml = (users: readonly EngineUser[]): string => `<clickhouse>
  <profiles>${profiles}
  </profiles>
  <quotas><default/></quotas>
  <users>${defaultUser}${users.map(userXml).join('')}
  </users>
</clickhouse>
`;

const serverUser = (name: string, variable: string, profile: string, grants: readonly string[]): string => `
    <${name}>
      <password from_env="${variable}"/>
      <networks><ip>::/0</ip></networks>
      <profile>${profile}</profile>
      <quota>default</quota>
      <grants>${grants.map((grant) => `<query>${escape(grant)}</query>`).join('')}</grants>
    </${name}>`;

/** Users and profiles for a server of one's own, as a file of its `users.d`: infra/docker/clickhouse-users.xml. */
export const serverUsersXml = (database: string): string => `<clickhouse>
  <profiles>
    <countersign_service>${safety}
      <async_insert>0</async_insert>
    </countersign_service>
    <countersign_analyst>${safety}${analystProfile}
    </countersign_analyst>
  </profiles>
  <users>${serverUser('countersign', 'CLICKHOUSE_WRITER_PASSWORD', 'countersign_service', writerGrants(database))}${serverUser(
    'countersign_policy',
    'CLICKHOUSE_POLICY_PASSWORD',
    'countersign_service',
    [`GRANT SELECT ON ${database}.*`],
  )}${serverUser('analyst', 'CLICKHOUSE_ANALYST_PASSWORD', 'countersign_analyst', analystGrants(database))}
  </users>
</clickhouse>
`;
