import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRecord, TOPICS, topicConfigs } from '@countersign/events';
import type { EventMap, EventName } from '@countersign/events';
import { ensureTopics } from '@countersign/kafka';
import type { KafkaConnection } from '@countersign/kafka';
import { addKey, newKey, NO_CREDENTIALS, writeCredentials } from '@countersign/service';
import type { NewKey } from '@countersign/service';
import { readAll } from '@countersign/testing';
import { loadIntakeConfig } from '../src/intake.config.js';
import type { IntakeConfig } from '../src/intake.config.js';

export const SIGNING_SECRET = 'a signing secret of the test';
/** Nothing listens there: the service that would is down. */
export const DOWN = 'http://127.0.0.1:9';

export interface Fixture {
  readonly config: IntakeConfig;
  /** Of its own, so that tests on one broker do not see each other's actions. */
  readonly tenant: string;
  readonly agentKey: NewKey;
  readonly executorKey: NewKey;
}

/** Secrets and credentials of a tenant with one agent and one executor, and a configuration with approval down. */
export function makeFixture(brokers: readonly string[], env: Record<string, string> = {}): Fixture {
  const tenant = `t-${randomUUID()}`;
  const dir = mkdtempSync(join(tmpdir(), 'countersign-intake-'));
  const secret = (name: string, content: unknown) => {
    const path = join(dir, name);
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    chmodSync(path, 0o600);
  };
  const hex = () => randomBytes(32).toString('hex');
  secret('mac.json', { intake: hex(), policy: hex(), approval: hex(), telemetry: hex() });
  secret('internal.token', hex());
  secret('redaction.json', { [tenant]: { key_id: 'k1', key: hex() } });
  const [agentKey, executorKey] = [newKey(0), newKey(0)];
  writeCredentials(dir, credentialsOf(tenant, agentKey, executorKey));
  const issuers = [{ issuer: 'https://id.example.test', jwks_uri: `${DOWN}/jwks`, audience: 'countersign' }];
  const config = loadIntakeConfig({
    ...{ PORT: '0', KAFKA_BROKERS: brokers.join(','), COUNTERSIGN_SECRETS_DIR: dir, APPROVAL_URLS: DOWN },
    ...{ OIDC_ISSUERS: JSON.stringify(issuers), COUNTERSIGN_LOG_LEVEL: 'error', ...env },
  });
  return { config, tenant, agentKey, executorKey };
}

function credentialsOf(tenant: string, agentKey: NewKey, executorKey: NewKey) {
  const agent = { agent_id: 'refund-agent', tenant, environments: ['production'], operators: [], keys: [] };
  const executor = { executor_id: 'payments', tenant, environments: ['production'], audiences: [], keys: [] };
  const empty = { ...NO_CREDENTIALS, agents: [{ ...agent, signing_secrets: [SIGNING_SECRET] }], executors: [executor] };
  const one = addKey(empty, { kind: 'agent', tenant, id: 'refund-agent' }, agentKey);
  return addKey(one, { kind: 'executor', tenant, id: 'payments' }, executorKey);
}

export const createTopics = (connection: KafkaConnection): Promise<void> => ensureTopics(connection, topicConfigs);

/** The events of one name on a topic that this configuration's own services wrote. */
export async function eventsOf<N extends EventName>(
  connection: KafkaConnection,
  topic: string,
  fixture: Fixture,
  name: N,
): Promise<EventMap[N][]> {
  const records = await readAll(connection, topic);
  return records.flatMap((record) => {
    try {
      const opened = openRecord(record, fixture.config.macKeys);
      return opened.name === name ? [opened.event as EventMap[N]] : [];
    } catch {
      return []; // signed with the keys of another test
    }
  });
}

export const lettersOf = async (connection: KafkaConnection, fixture: Fixture) =>
  eventsOf(connection, TOPICS.deadLetters, fixture, 'DeadLettered');
