import { connectEngine } from '@countersign/clickhouse';
import { connect, createAppender, deadLetters, KafkaServer } from '@countersign/kafka';
import { longestWindowMs } from '@countersign/policy';
import { createLogger, liveDrawKeys, RateLimit, Readiness, RosteredAuth, startService } from '@countersign/service';
import type { RunningService } from '@countersign/service';
import { DenialLog } from './denials/denial-log.js';
import { EvidenceLog } from './evidence/evidence-log.js';
import { makeLifecycle, readRoster } from './lifecycle/make-lifecycle.js';
import type { PolicyConfig } from './policy.config.js';
import { readPolicyFiles } from './policy-files.js';
import { PolicyLog } from './policy-log.js';
import type { PolicyLogOptions } from './policy-log.js';
import { PolicyModule } from './policy.module.js';
import { LiveRoster } from './roster/live-roster.js';
import { ReachWatch } from './roster/reach-watch.js';
import { Velocity } from './velocity/velocity.js';
import { WindowLog } from './velocity/window-log.js';

const ACTIONS_GROUP = 'countersign.policy.actions';

/** What policy reads of its topics. */
const makeLogs = (options: PolicyLogOptions) => ({
  policies: new PolicyLog(options),
  windows: new WindowLog(options),
  evidence: new EvidenceLog(options),
  denials: new DenialLog(options),
});

type Logs = ReturnType<typeof makeLogs>;

type Closable = { readonly close: () => Promise<unknown> };

const closeAll = (parts: readonly Closable[]): Promise<unknown> =>
  Promise.allSettled(parts.map((part) => part.close()));

/**
 * Puts policy together and starts it. Actions wait until every published version is known and the folder's are active.
 * @throws Error naming file, line and column when a policy file is not valid; otherwise as `startService`
 */
export async function startPolicy(config: PolicyConfig): Promise<RunningService> {
  const { macKeys, instanceId, operator } = config;
  const files = readPolicyFiles(config.policiesDir);
  const log = createLogger('policy', config.logLevel);
  const connection = connect({ brokers: [...config.kafkaBrokers], clientId: instanceId, log });
  const appender = createAppender(connection);
  const logs = makeLogs({ connection, appender, macKeys, log });
  const { policies, windows, evidence, denials } = logs;
  const deadLetter = deadLetters({ appender, macKeys, service: 'policy' });
  const transport = new KafkaServer({ connection, groupId: ACTIONS_GROUP, deadLetter });
  const readiness = readinessOf({ ...logs, actions: transport });
  const engine = connectEngine(config.engine);
  const roster = new LiveRoster({
    ...{ connection, macKeys, log, issuers: config.issuers },
    file: readRoster(config.rosterFile),
    onChange: () => {
      if (policies.isOpen) reach.look();
    },
  });
  const reviewers = new RosteredAuth(config.issuers, roster.reader, new RateLimit(config.rate));
  readiness.add('roster', () => roster.reader.healthy());
  const reach = new ReachWatch(policies, roster, log);
  const { lifecycle, approval } = makeLifecycle(config, policies, { roster: () => roster.current(), log });
  const draws = liveDrawKeys(config.secretsDir, log);
  const parts = { policies, lifecycle, reach, evidence, denials, draws, engine, appender, macKeys };
  const module = PolicyModule.of({ ...parts, velocity: new Velocity(windows) });
  const service = await startService({
    ...{ name: 'policy', module, config, log, readiness, transport, authenticators: { reviewers } },
    onClosed: async () => {
      await closeAll([...Object.values(logs), roster, appender, engine, approval]);
      await connection.close();
    },
  });
  await policies.open(files, { operator, follow: config.followFolder });
  await roster.start();
  reach.look();
  await openOthers(logs);
  return service;
}

/** What is read of the other topics depends on the policies. */
async function openOthers({ policies, windows, evidence, denials }: Logs): Promise<void> {
  await denials.open();
  await windows.open(longestWindowMs(policies.current().compiled()));
  await evidence.open(policies.current().setAt(Infinity));
}

function readinessOf(parts: Readonly<Record<string, { healthy(): boolean }>>): Readiness {
  const readiness = new Readiness();
  for (const [name, part] of Object.entries(parts)) readiness.add(name, () => part.healthy());
  return readiness;
}
