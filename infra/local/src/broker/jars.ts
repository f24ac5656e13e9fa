import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repoRoot } from '../paths.js';
import type { Report } from '../process/part.js';
import { run } from '../process/run.js';
import { SetupError } from '../setup-error.js';
import { checkJars } from './checked-jars.js';

const pom = join(repoRoot, 'infra/kafka/pom.xml');
const list = join(repoRoot, 'infra/kafka/jars.sha256');
const target = join(repoRoot, 'infra/kafka/target');

/**
 * The broker's jars, fetched from the Maven repository when the pom has changed since the last time. Their bytes are those
 * of `infra/kafka/jars.sha256`, looked at each time.
 * @returns the folder that holds them
 * @throws SetupError when Maven is missing, the download failed, or a jar is another one
 */
export async function fetchBrokerJars(report: Report): Promise<string> {
  const folder = await fetchOnce(report);
  await checkJars(folder, list);
  return folder;
}

async function fetchOnce(report: Report): Promise<string> {
  const stamp = createHash('sha256')
    .update(await readFile(pom))
    .digest('hex')
    .slice(0, 16);
  const folder = join(target, `jars-${stamp}`);
  if (existsSync(folder)) return folder;
  report('fetching the Kafka broker (54 MB, once)');
  const partial = join(target, `partial-${process.pid}`);
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
  const failure = await run('mvn', [
    '-B',
    '-ntp',
    '-q',
    '-f',
    pom,
    goal,
    '-DincludeScope=runtime',
    `-DoutputDirectory=${partial}`,
  ]);
  if (failure?.missing)
    throw new SetupError('Maven (mvn) is not on the PATH: install it, or set KAFKA_BROKERS to a running cluster.');
  if (failure)
    throw new SetupError(
      `Maven could not fetch the Kafka broker: ${firstError(failure.output)} Check the network or the mirror in ~/.m2/settings.xml.`,
    );
  await keep(partial, folder);
  return folder;
}

const firstError = (output: string): string =>
  output.split('\n').find((line) => line.includes('ERROR')) ?? output.slice(0, 300);

/** Two systems may fetch at once: the first complete folder wins. */
async function keep(partial: string, folder: string): Promise<void> {
  await writeFile(join(partial, 'README'), 'Fetched from infra/kafka/pom.xml; safe to delete.\n');
  await rename(partial, folder).catch(async (error: unknown) => {
    await rm(partial, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  });
}
