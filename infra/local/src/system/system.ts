import { analystGrants, DATABASE, migrate, writerGrants } from '@countersign/clickhouse';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { brokerPart } from '../broker/broker.js';
import { requireFree } from '../checks/ports.js';
import { takeFolder } from '../checks/lock.js';
import { refuseProduction, requireJava } from '../checks/prerequisites.js';
import { enginePart } from '../engine/engine.js';
import type { Part, Report } from '../process/part.js';
import { readRoster } from '../roster.js';
import type { Roster } from '../roster.js';
import { localFilePath } from '../paths.js';
import { ensureCredentials, ensurePolicyKeys } from '../secrets/credentials.js';
import { secretFolder } from '../secrets/files.js';
import { ensureSecrets } from '../secrets/secrets.js';
import { Crew } from './crew.js';
import { layoutOf } from './layout.js';
import type { Layout } from './layout.js';
import { localFileOf, writeLocalFile } from './local-file.js';
import type { LocalFacts, LocalFile } from './local-file.js';
import type { ExternalEngine, SystemOptions } from './options.js';
import { refuseOtherRegistry } from './registry.js';
import { issuerPart, serviceParts } from './services.js';
import { ensureRegistry, ensureTopics } from './topics.js';

const WRITER = 'countersign';
const ANALYST = 'analyst';

export interface RunningSystem {
  readonly layout: Layout;
  readonly crew: Crew;
  /** Content of local.json as it is now. */
  local(): Promise<LocalFile>;
  /** Stops every part in order and gives the data folder back. */
  stop(): Promise<void>;
}

function namedPorts({ ports }: Layout, { external }: SystemOptions): Record<string, number> {
  const { approval, kafka, kafkaController, clickhouse, ...rest } = ports;
  return {
    ...rest,
    ...Object.fromEntries(approval.map((port, index) => [`approval ${index + 1}`, port])),
    ...(external.kafkaBrokers ? {} : { kafka, 'kafka controller': kafkaController }),
    ...(external.engine ? {} : { clickhouse }),
  };
}

async function engineAccess(layout: Layout, options: SystemOptions, roster: Roster): Promise<ExternalEngine> {
  const passwords = await ensureSecrets(layout.secrets, roster);
  await ensureCredentials(layout.secrets, roster);
  await ensurePolicyKeys(layout.secrets, [localFilePath, layout.localFile]);
  const own = { user: WRITER, password: passwords.service, analystUser: ANALYST, analystPassword: passwords.analyst };
  return options.external.engine ?? { url: layout.urls.clickhouse, ...own };
}

function embeddedParts(layout: Layout, options: SystemOptions, engine: ExternalEngine): Part[] {
  const { data, logs, ports } = layout;
  const kafka = {
    dataDir: join(data, 'kafka'),
    logFile: join(logs, 'kafka.log'),
    port: ports.kafka,
    controllerPort: ports.kafkaController,
  };
  const users = [
    {
      name: engine.user,
      password: engine.password,
      profile: 'service' as const,
      grants: writerGrants(DATABASE),
    },
    {
      name: engine.analystUser,
      password: engine.analystPassword,
      profile: 'analyst' as const,
      database: DATABASE,
      grants: analystGrants(DATABASE),
    },
  ];
  const clickhouse = {
    dataDir: join(data, 'clickhouse'),
    logFile: join(logs, 'clickhouse.log'),
    httpPort: ports.clickhouse,
    users,
  };
  return [
    ...(options.external.kafkaBrokers ? [] : [brokerPart({ ...kafka, proxied: options.faults?.proxied })]),
    ...(options.external.engine ? [] : [enginePart(clickhouse)]),
    issuerPart(layout),
  ];
}

async function bringUp(facts: LocalFacts, options: SystemOptions, crew: Crew): Promise<void> {
  const { layout, engine, database } = facts;
  await crew.start(embeddedParts(layout, options, engine));
  const { url, user: username, password } = engine;
  await ensureRegistry(layout.brokers);
  await Promise.all([ensureTopics(layout.brokers), migrate({ url, username, password, database })]);
  await crew.start(serviceParts(layout, options, engine));
}

async function prepare(layout: Layout, options: SystemOptions): Promise<() => Promise<void>> {
  refuseProduction();
  if (!options.external.kafkaBrokers) await requireJava();
  await secretFolder(layout.data);
  await mkdir(layout.logs, { recursive: true });
  const release = await takeFolder(layout.data, options.portBase);
  try {
    await requireFree(namedPorts(layout, options));
    if (!options.external.kafkaBrokers) await refuseOtherRegistry(layout.data);
    return release;
  } catch (error) {
    await release();
    throw error;
  }
}

/**
 * Brings a whole local system up and keeps it up.
 * @param abort stops a start that is under way; it then throws
 * @throws SetupError for what the caller can put right, PartError for a part that did not start; nothing is left running
 */
export async function startLocalSystem(
  options: SystemOptions,
  report: Report,
  abort?: AbortSignal,
): Promise<RunningSystem> {
  const layout = layoutOf(options);
  const release = await prepare(layout, options);
  const crew = new Crew(report);
  const stop = async (): Promise<void> => {
    await crew.stop();
    await release();
  };
  abort?.addEventListener('abort', () => void crew.stop(), { once: true });
  try {
    const roster = await readRoster();
    const engine = await engineAccess(layout, options, roster);
    const facts = { layout, engine, roster, database: DATABASE, readyAt: '' };
    await bringUp(facts, options, crew);
    return await announce({ ...facts, readyAt: new Date().toISOString() }, options, { layout, crew, stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

async function announce(
  facts: LocalFacts,
  options: SystemOptions,
  running: Omit<RunningSystem, 'local'>,
): Promise<RunningSystem> {
  const local = (): Promise<LocalFile> => localFileOf(facts, running.crew.pids());
  const write = async (start: boolean): Promise<void> => writeLocalFile(facts, await local(), start);
  await write(options.announce !== false);
  running.crew.onPidsChanged(() => void write(false).catch(() => undefined));
  return { ...running, local };
}
