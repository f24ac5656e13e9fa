import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inheritedEnv } from '../process/inherited.config.js';
import { run } from '../process/run.js';
import type { Part } from '../process/part.js';
import { SetupError } from '../setup-error.js';
import { withAdmin } from './admin.js';
import { brokerProperties } from './broker.config.js';
import type { BrokerOptions } from './broker.config.js';
import { fetchBrokerJars } from './jars.js';

/** Any id will do for a cluster of one; a fixed one keeps formatting repeatable. */
const CLUSTER_ID = 'Y291bnRlcnNpZ24tbG9jYQ';

const jvm = [
  '-Xms128m',
  '-Xmx512m',
  '-XX:+UseSerialGC',
  '-XX:-UsePerfData',
  '-Djava.awt.headless=true',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
  '-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS',
];

/** A fresh log folder is formatted once; a formatted one is left as it is. */
async function format(options: BrokerOptions, propertiesFile: string, classPath: string): Promise<void> {
  if (existsSync(join(options.dataDir, 'log/meta.properties'))) return;
  const tool = [
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-cp',
    classPath,
    'kafka.tools.StorageTool',
    'format',
    '-t',
    CLUSTER_ID,
    '-c',
    propertiesFile,
  ];
  const failure = await run('java', tool, inheritedEnv());
  if (failure?.missing)
    throw new SetupError(
      'Java (java) is not on the PATH: install Java 17 or newer, or set KAFKA_BROKERS to a running cluster.',
    );
  if (failure)
    throw new SetupError(
      `The broker's storage could not be formatted in ${options.dataDir}: ${failure.output.slice(-300)}`,
    );
}

/** One try, without the client's own patience: the caller asks again. */
async function answers(port: number): Promise<boolean> {
  const impatient = { connectionTimeout: 1_000, requestTimeout: 2_000, retry: { retries: 0 } };
  try {
    const cluster = await withAdmin([`127.0.0.1:${port}`], (admin) => admin.describeCluster(), impatient);
    return cluster.brokers.length > 0;
  } catch {
    return false;
  }
}

/** A real Apache Kafka broker in KRaft mode on 127.0.0.1. */
export function brokerPart(options: BrokerOptions): Part {
  const propertiesFile = join(options.dataDir, 'server.properties');
  let classPath = '';
  return {
    name: 'kafka',
    readyTimeoutMs: 60_000,
    stopDeadlineMs: 8_000,
    isReady: () => answers(options.port),
    command: () => ({
      file: 'java',
      args: [...jvm, '-cp', classPath, 'kafka.Kafka', propertiesFile],
      env: inheritedEnv(),
      logFile: options.logFile,
    }),
    prepare: async (report) => {
      classPath = join(await fetchBrokerJars(report), '*');
      await mkdir(options.dataDir, { recursive: true });
      await writeFile(propertiesFile, brokerProperties(options));
      await format(options, propertiesFile, classPath);
    },
  };
}
