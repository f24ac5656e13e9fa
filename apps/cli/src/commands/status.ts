import { dataFolder, runningLauncher } from '@countersign/local';
import type { Command } from 'commander';
import { EXIT, unreachable } from '../shared/command-error.js';
import { readLocalSystem } from '../shared/local-system.js';
import type { LocalSystem } from '../shared/local-system.js';
import { show, table } from '../shared/output.js';
import { run } from '../shared/run.js';

interface PartStatus {
  readonly part: string;
  readonly url: string;
  readonly pid: number | null;
  readonly ready: boolean;
  /** Names of the checks that fail, of a part that answers but is not ready. */
  readonly failing: string;
}

const TIMEOUT_MS = 3_000;

async function ask(url: string): Promise<{ ready: boolean; failing: string }> {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const body = (await response.json()) as { failing?: string[] };
    return { ready: response.ok, failing: (body.failing ?? []).join(', ') };
  } catch {
    return { ready: false, failing: 'no answer' };
  }
}

async function askEngine(url: string): Promise<{ ready: boolean; failing: string }> {
  const ready = await fetch(`${url}/ping`, { signal: AbortSignal.timeout(TIMEOUT_MS) }).then(
    (answer) => answer.ok,
    () => false,
  );
  return { ready, failing: ready ? '' : 'no answer' };
}

function partsOf(local: LocalSystem): [name: string, url: string][] {
  const approvals = local.approval_urls.map((url, index): [string, string] => [
    index === 0 ? 'approval' : `approval-${index + 1}`,
    url,
  ]);
  return [
    ['intake', local.intake_url],
    ['policy', local.policy_url],
    ...approvals,
    ['telemetry', local.telemetry_url],
    ['issuer', local.issuer_url],
    ['clickhouse', local.clickhouse_url],
  ];
}

async function partStatus(local: LocalSystem, [part, url]: [string, string]): Promise<PartStatus> {
  const answer = await (part === 'clickhouse' ? askEngine(url) : ask(url));
  return { part, url, pid: local.pids[part] ?? null, ...answer };
}

async function status(json: boolean | undefined): Promise<void> {
  const local = await readLocalSystem();
  const portBase = Number(new URL(local.intake_url).port);
  if ((await runningLauncher(dataFolder(portBase))) === null)
    throw unreachable('Countersign is not running. Start it with: npm start');
  const parts = await Promise.all(partsOf(local).map((part) => partStatus(local, part)));
  const ready = parts.every((part) => part.ready);
  show(json, { ready, parts }, () =>
    table(
      ['part', 'address', 'pid', 'state'],
      parts.map((one) => [one.part, one.url, one.pid, one.ready ? 'ready' : `not ready: ${one.failing}`]),
    ),
  );
  if (!ready) process.exitCode = EXIT.refused;
}

export function register(program: Command): void {
  program
    .command('status')
    .description('ask every part whether it is ready')
    .option('--json', 'print the result as JSON')
    .action((flags: { json?: boolean }) => run(flags.json, () => status(flags.json)));
}
