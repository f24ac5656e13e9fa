import { loadExternal, PartError, repoRoot, SetupError, startLocalSystem } from '@countersign/local';
import type { LocalFile, RunningSystem, SystemOptions } from '@countersign/local';
import type { Command } from 'commander';
import { join, resolve } from 'node:path';
import { runDemo } from '../demo/run-demo.js';
import { refused } from '../shared/command-error.js';
import { createProgress } from '../shared/progress.js';
import type { Progress } from '../shared/progress.js';
import { run } from '../shared/run.js';
import { aborted, stopSignal } from '../shared/stop-signal.js';

interface Flags {
  demo: boolean;
  portBase: string;
  policies: string;
  approvalInstances: string;
  json?: boolean;
}

const systemOptions = (flags: Flags): SystemOptions => ({
  portBase: Number(flags.portBase),
  policiesDir: resolve(flags.policies),
  approvalInstances: Number(flags.approvalInstances),
  external: loadExternal(process.env),
});

function describe(local: LocalFile, seconds: string): string {
  const urls = [
    ['reviewers', local.approval_url],
    ['intake', local.intake_url],
    ['telemetry', local.telemetry_url],
    [
      'clickhouse',
      `${local.clickhouse_url}/play (user ${local.clickhouse.analyst_user}, password in .countersign/local.json)`,
    ],
    ['kafka', local.kafka_brokers.join(',')],
  ];
  const lines = urls.map(([name = '', url]) => `  ${name.padEnd(10)} ${url}`);
  return [`Countersign is ready (${seconds} s). Ctrl-C stops it.`, ...lines].join('\n');
}

/** What the person at the keyboard can act on is one line; a bug keeps its stack. */
function asRefusal(error: unknown): unknown {
  return error instanceof SetupError || error instanceof PartError ? refused(error.message) : error;
}

async function startOrRefuse(flags: Flags, progress: Progress, stop: AbortSignal): Promise<RunningSystem | null> {
  try {
    return await startLocalSystem(systemOptions(flags), (line) => progress.step(line), stop);
  } catch (error) {
    progress.clear();
    if (stop.aborted) return null;
    throw asRefusal(error);
  }
}

async function up(flags: Flags): Promise<void> {
  const since = Date.now();
  const progress = createProgress(flags.json === true);
  const stop = stopSignal();
  progress.step('starting Countersign');
  const system = await startOrRefuse(flags, progress, stop);
  if (system === null) return;
  const local = await system.local();
  progress.say(flags.json ? JSON.stringify(local) : describe(local, ((Date.now() - since) / 1000).toFixed(1)));
  if (flags.demo) void demo(local, progress);
  await aborted(stop);
  progress.step('stopping');
  await system.stop();
  progress.say('Countersign has stopped');
  // A demo that was cut short may still wait for answers that will not come.
  process.exit();
}

/** The system stays up whatever happens in the demo. */
async function demo(local: LocalFile, progress: Progress): Promise<void> {
  try {
    await runDemo(local, (line) => progress.say(line), { color: process.stdout.isTTY === true, folder: repoRoot });
    progress.say('\nThe demo is over; the system stays up. Ctrl-C stops it.');
  } catch (error) {
    progress.say(`The demo stopped: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export function register(program: Command): void {
  program
    .command('up')
    .description('start the local system and keep it up until Ctrl-C')
    .option('--port-base <n>', 'first port; the others follow from it', '7400')
    .option('--no-demo', 'leave the demo out')
    .option('--policies <dir>', 'folder of policy files', join(repoRoot, 'infra/policies'))
    .option('--approval-instances <n>', 'how many approval instances, 1 to 9', '1')
    .option('--json', 'print what is ready as JSON')
    .action((flags: Flags) => run(flags.json, () => up(flags)));
}
