/**
 * Prepares clusters for the services, once or again: secrets, topics, ClickHouse schema. Reads KAFKA_BROKERS,
 * CLICKHOUSE_URL, CLICKHOUSE_USER, CLICKHOUSE_PASSWORD, CLICKHOUSE_DATABASE, COUNTERSIGN_SECRETS_DIR and, for your own
 * agents and executors, ROSTER_FILE (in the shape of infra/local/roster.json). Their first keys are in first-keys.json.
 * COUNTERSIGN_SERVICE_SECRETS_DIR has a folder for each service, which gets what that service needs of all secrets.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { migrate } from '@countersign/clickhouse';
import { SERVICES } from '@countersign/events';
import {
  ensureCredentials,
  ensurePolicyKeys,
  ensureRegistry,
  ensureSecrets,
  ensureTopics,
  readLocalKeys,
  readRoster,
  shareSecrets,
} from '@countersign/local';

function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

const secrets = required('COUNTERSIGN_SECRETS_DIR');
const roster = process.env.ROSTER_FILE
  ? JSON.parse(await readFile(process.env.ROSTER_FILE, 'utf8'))
  : await readRoster();
await ensureSecrets(secrets, roster);
await ensureCredentials(secrets, roster);
await ensurePolicyKeys(secrets, []);
await writeFile(join(secrets, 'first-keys.json'), JSON.stringify(await readLocalKeys(secrets, []), null, 2), {
  mode: 0o600,
});
const shared = process.env.COUNTERSIGN_SERVICE_SECRETS_DIR;
if (shared) for (const service of SERVICES) await shareSecrets(secrets, service, join(shared, service));
const brokers = required('KAFKA_BROKERS').split(',');
await ensureRegistry(brokers);
await ensureTopics(brokers);
const applied = await migrate({
  url: required('CLICKHOUSE_URL'),
  username: required('CLICKHOUSE_USER'),
  password: required('CLICKHOUSE_PASSWORD'),
  database: required('CLICKHOUSE_DATABASE'),
});
console.log(`secrets, topics and ${applied.length} new migrations are in place`);
