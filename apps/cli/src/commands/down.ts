import { dataFolder, runningLauncher } from '@countersign/local';
import type { Command } from 'commander';
import { setTimeout as sleep } from 'node:timers/promises';
import { readLocalSystem } from '../shared/local-system.js';
import { refused, unreachable } from '../shared/command-error.js';
import { show } from '../shared/output.js';
import { run } from '../shared/run.js';

interface Flags {
  portBase?: string;
  json?: boolean;
}

const POLL_MS = 100;
const DEADLINE_MS = 30_000;

async function portBaseOf(flags: Flags): Promise<number> {
  return flags.portBase === undefined
    ? Number(new URL((await readLocalSystem()).intake_url).port)
    : Number(flags.portBase);
}

async function down(flags: Flags): Promise<void> {
  const portBase = await portBaseOf(flags);
  const folder = dataFolder(portBase);
  const pid = await runningLauncher(folder);
  if (pid === null) throw unreachable(`Nothing runs on port base ${portBase}.`);
  process.kill(pid, 'SIGTERM');
  const deadline = Date.now() + DEADLINE_MS;
  while ((await runningLauncher(folder)) !== null) {
    if (Date.now() > deadline) throw refused(`The launcher (pid ${pid}) did not stop in ${DEADLINE_MS / 1000} s.`);
    await sleep(POLL_MS);
  }
  show(flags.json, { stopped: true, port_base: portBase }, () => `Countersign on port base ${portBase} has stopped.`);
}

export function register(program: Command): void {
  program
    .command('down')
    .description('stop the local system')
    .option('--port-base <n>', 'of the system to stop; default is the one started last')
    .option('--json', 'print the result as JSON')
    .action((flags: Flags) => run(flags.json, () => down(flags)));
}
