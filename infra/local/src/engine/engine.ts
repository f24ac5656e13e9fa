import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { localDist } from '../paths.js';
import { inheritedEnv } from '../process/inherited.config.js';
import type { Part, Report } from '../process/part.js';
import { run } from '../process/run.js';
import { secretFolder } from '../secrets/files.js';
import { SetupError } from '../setup-error.js';
import { confined, confinementHere, giveToEngine, prepareRoot } from './confinement.js';
import type { Confinement } from './confinement.js';
import { configXml, displayName, engineFiles, engineSecrets } from './engine.config.js';
import type { EngineOptions } from './engine.config.js';
import { usersXml } from './users.js';
import type { EngineUser } from './users.js';

/** @throws SetupError where the engine's library cannot run */
function assertSupported(): void {
  const remedy = 'set CLICKHOUSE_URL to a ClickHouse server, or use the compose file in infra/docker.';
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new SetupError(`The embedded ClickHouse engine runs on Linux x64 only: ${remedy}`);
  try {
    createRequire(import.meta.url).resolve('@chdb/lib-linux-x64-gnu/package.json');
  } catch {
    throw new SetupError(
      `The package @chdb/lib-linux-x64-gnu is not installed (it needs glibc): run npm ci, or ${remedy}`,
    );
  }
}

/** Without this line in place the system database is not found again, and system tables work on the first start only. */
async function seedSystemDatabase(store: string): Promise<void> {
  const file = join(store, 'metadata/system.sql');
  if (existsSync(file)) return;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, "ATTACH DATABASE _ UUID '5f0c7a9e-3d1b-4c55-9f0e-6f1f1f0d7a01' ENGINE = Atomic\n");
}

async function makeFifo(path: string): Promise<void> {
  await rm(path, { force: true });
  const failure = await run('mkfifo', ['-m', '600', path]);
  if (failure) throw new SetupError(`mkfifo failed in the data folder (${failure.output}): use a local file system.`);
}

/**
 * Ready means: the server on the port carries our name, and the password-less user is shut out. A listener that could not
 * bind is only a log line in the engine, so the port alone proves nothing.
 */
async function answers(options: EngineOptions): Promise<boolean> {
  try {
    const url = `http://127.0.0.1:${options.httpPort}/?query=SELECT%201`;
    const response = await fetch(url, { headers: { connection: 'close' }, signal: AbortSignal.timeout(2_000) });
    await response.text();
    const code = response.headers.get('x-clickhouse-exception-code');
    return response.headers.get('x-clickhouse-server-display-name') === displayName(options) && code === '202';
  } catch {
    return false;
  }
}

/** The users that this engine may have: whom nothing keeps from the host's files is not let in, but for the service. */
const usersOf = (options: EngineOptions, how: Confinement): readonly EngineUser[] =>
  how === 'none' ? options.users.filter(({ profile }) => profile === 'service') : options.users;

async function prepare(options: EngineOptions, how: Confinement, report: Report): Promise<void> {
  assertSupported();
  if (how === 'none')
    report(
      'the engine cannot be confined here (no chroot, no user namespaces): analysts are not let in, see operations.md',
    );
  const files = engineFiles(options.dataDir);
  await secretFolder(options.dataDir);
  await seedSystemDatabase(files.store);
  await writeFile(files.config, configXml(options, how === 'none' ? options.dataDir : '/'), { mode: 0o600 });
  await writeFile(files.users, usersXml(usersOf(options, how)), { mode: 0o600 });
  await prepareRoot(options.dataDir);
}

/** The real ClickHouse engine with its own HTTP server on 127.0.0.1, hosted in a Node process that sees its own data only. */
export function enginePart(options: EngineOptions): Part {
  const { dataDir, httpPort, logFile } = options;
  const script = [process.execPath, join(localDist, 'engine/host.js'), dataDir, String(httpPort)];
  let how: Confinement = 'none';
  return {
    name: 'clickhouse',
    readyTimeoutMs: 30_000,
    stopDeadlineMs: 8_000,
    isReady: () => answers(options),
    command: () => {
      const [file = '', ...args] = confined(how, [...script, how]);
      return { file, args, env: { ...inheritedEnv(), ...engineSecrets(options) }, logFile };
    },
    prepare: async (report) => {
      how = options.confinement ?? (await confinementHere());
      await prepare(options, how, report);
    },
    beforeStart: async () => {
      await makeFifo(engineFiles(dataDir).fifo);
      if (how === 'account') await giveToEngine(dataDir);
    },
  };
}
