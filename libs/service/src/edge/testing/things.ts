import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addKey, newKey, NO_CREDENTIALS } from '../../credentials.js';
import { CredentialsFile, writeCredentials } from '../../credentials-file.js';
import { KeyAuth } from '../../key-auth.js';
import type { ServiceConfig } from '../../service.config.js';
import { startService } from '../../start-service.js';
import type { RunningService, ServiceOptions } from '../../start-service.js';

export const secretsDir = mkdtempSync(join(tmpdir(), 'countersign-edge-'));
export const config: ServiceConfig = {
  ...{ service: 'intake', instanceId: 'intake-test', host: '127.0.0.1', port: 0, kafkaBrokers: [], secretsDir },
  ...{ internalToken: 'an internal token', macKeys: { intake: '', policy: '', approval: '', telemetry: '' } },
  ...{ parentPid: null, logLevel: 'error' },
};
export const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Two keys of one agent, and one of an executor of the same name. */
export const [agentKey, secondKey, executorKey] = [newKey(0), newKey(0), newKey(0)];

const agent = { agent_id: 'a', tenant: 't', environments: [], operators: [], keys: [], signing_secrets: [] };
const executor = { executor_id: 'a', tenant: 't', environments: [], audiences: [], keys: [] };
const both = { ...NO_CREDENTIALS, agents: [agent], executors: [executor] };
const one = addKey(both, { kind: 'agent', tenant: 't', id: 'a' }, agentKey);
const two = addKey(one, { kind: 'agent', tenant: 't', id: 'a' }, secondKey);
writeCredentials(secretsDir, addKey(two, { kind: 'executor', tenant: 't', id: 'a' }, executorKey));

/** A service whose callers have these keys. */
export function startThings(module: ServiceOptions['module']): Promise<RunningService> {
  const credentials = new CredentialsFile(secretsDir, silent);
  const authenticators = { keys: new KeyAuth(credentials) };
  const onClosed = () => Promise.resolve(credentials.close());
  return startService({ name: 'things', module, config, log: silent, authenticators, onClosed });
}
