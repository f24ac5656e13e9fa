import { join } from 'node:path';
import { AUDIENCE, jwksUri, PAGE_CLIENT } from '../issuer/names.js';
import { localDist, repoRoot } from '../paths.js';
import { inheritedEnv } from '../process/inherited.config.js';
import type { Part } from '../process/part.js';
import { rosterFile } from '../roster.js';
import type { Layout } from './layout.js';
import type { ExternalEngine, SystemOptions } from './options.js';

const READY_TIMEOUT_MS = 60_000;
const STOP_DEADLINE_MS = 6_000;

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health/ready`, {
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(2_000),
    });
    await response.text();
    return response.ok;
  } catch {
    return false;
  }
}

/** Room for what lives as long as one call: with the default, 16 MiB, calls under way are copied into the old space. */
const YOUNG_SPACE = '--max-semi-space-size=64';

interface NodePart {
  readonly name: string;
  readonly script: string;
  readonly url: string;
  readonly env: NodeJS.ProcessEnv;
}

const nodePart = (layout: Layout, { name, script, url, env }: NodePart): Part => ({
  name,
  readyTimeoutMs: READY_TIMEOUT_MS,
  stopDeadlineMs: STOP_DEADLINE_MS,
  isReady: () => isReady(url),
  command: () => ({
    file: process.execPath,
    args: [YOUNG_SPACE, script],
    env: { ...inheritedEnv(), PORT: new URL(url).port, ...env },
    logFile: join(layout.logs, `${name}.log`),
  }),
});

/** What all services are told; each reads what it needs (see the `*.config.ts` of the apps). */
function sharedEnv(layout: Layout, options: SystemOptions, engine: ExternalEngine): NodeJS.ProcessEnv {
  const { urls } = layout;
  return {
    HOST: '127.0.0.1',
    KAFKA_BROKERS: (options.faults?.serviceBrokers ?? layout.brokers).join(','),
    KAFKAJS_NO_PARTITIONER_WARNING: '1',
    CLICKHOUSE_URL: engine.url,
    CLICKHOUSE_USER: engine.user,
    CLICKHOUSE_PASSWORD: engine.password,
    COUNTERSIGN_SECRETS_DIR: layout.secrets,
    COUNTERSIGN_POLICIES_DIR: options.policiesDir,
    // The folder is the developer's own: an edited file is active at the next start.
    COUNTERSIGN_POLICY_FOLDER: 'follow',
    // Whose risk owners change the policies of every tenant.
    COUNTERSIGN_SHARED_POLICIES_TENANT: 'acme',
    COUNTERSIGN_ROSTER: rosterFile,
    COUNTERSIGN_EVIDENCE_DIR: layout.evidence,
    COUNTERSIGN_PARENT_PID: String(process.pid),
    COUNTERSIGN_ISSUER: urls.approval[0],
    POLICY_URL: urls.policy,
    APPROVAL_URLS: urls.approval.join(','),
    TELEMETRY_URL: urls.telemetry,
    OIDC_ISSUERS: JSON.stringify([{ issuer: urls.issuer, jwks_uri: jwksUri(urls.issuer), audience: AUDIENCE }]),
    OIDC_CLIENT_ID: PAGE_CLIENT,
    ...options.faults?.serviceEnv,
  };
}

/** The four services, approval as often as asked for. */
export function serviceParts(layout: Layout, options: SystemOptions, engine: ExternalEngine): Part[] {
  const env = sharedEnv(layout, options, engine);
  const service = (app: string, name: string, url: string): Part =>
    nodePart(layout, {
      name,
      url,
      script: join(repoRoot, `apps/${app}/dist/main.js`),
      env: { ...env, INSTANCE_ID: name },
    });
  const { intake, policy, approval, telemetry } = layout.urls;
  return [
    service('policy', 'policy', policy),
    ...approval.map((url, index) => service('approval', index === 0 ? 'approval' : `approval-${index + 1}`, url)),
    service('intake', 'intake', intake),
    service('telemetry', 'telemetry', telemetry),
  ];
}

/** The development identity provider. */
export function issuerPart(layout: Layout): Part {
  const env = {
    COUNTERSIGN_SECRETS_DIR: layout.secrets,
    COUNTERSIGN_ROSTER: rosterFile,
    APPROVAL_URLS: layout.urls.approval.join(','),
  };
  return nodePart(layout, { name: 'issuer', url: layout.urls.issuer, script: join(localDist, 'issuer/main.js'), env });
}
