import { fetchReviewerToken, portsOf, repoRoot, requireFree, startLocalSystem } from '@countersign/local';
import type { FaultOptions, LocalFile, RunningSystem } from '@countersign/local';
import { randomInt } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from './eventually.js';

export interface TestSystemOptions {
  /** Folder of policy files. Default: the examples. */
  readonly policies?: string;
  /** Default 1. */
  readonly approvalInstances?: number;
  readonly faults?: FaultOptions;
  /** Default: a free one. */
  readonly portBase?: number;
}

/** A whole local system of a test's own; parts have the names of `local.pids`, e.g. `approval`, `approval-2`, `kafka`. */
export interface TestSystem {
  /** As it was when the system became ready; addresses and keys stay valid. */
  readonly local: LocalFile;
  /** Folder with one log file for each part. */
  readonly logs: string;
  pid(part: string): number | null;
  /** A crash: the supervisor starts the part again. Default SIGKILL. */
  kill(part: string, signal?: NodeJS.Signals): void;
  /** SIGSTOP: the process keeps its connections and does nothing. */
  freeze(part: string): void;
  thaw(part: string): void;
  /** Takes the part down until `startPart`. */
  stopPart(part: string): Promise<void>;
  startPart(part: string): Promise<void>;
  /** Resolves when the part answers that it is ready, after a kill for example. */
  ready(part: string, withinMs?: number): Promise<void>;
  /** Bearer token of a person of the roster. */
  token(subject: string): Promise<string>;
  /** Stops everything and deletes its data. */
  close(): Promise<void>;
}

const LOWEST_BASE = 10_000;
const BASES = 200;

/** Below the range from which the kernel takes ports for outgoing connections. */
async function freePortBase(approvalInstances: number): Promise<number> {
  return eventually(async () => {
    const base = LOWEST_BASE + 100 * randomInt(BASES);
    const { approval, ...ports } = portsOf(base, approvalInstances);
    await requireFree({
      ...ports,
      ...Object.fromEntries(approval.map((port, index) => [`approval ${index + 1}`, port])),
    });
    return base;
  });
}

function handleOf(system: RunningSystem, local: LocalFile): TestSystem {
  const { crew, layout } = system;
  const isReady = async (part: string): Promise<void> => {
    const { pid, part: spec } = crew.part(part);
    if (pid === null || !(await spec.isReady())) throw new Error(`${part} is not ready; its log is in ${layout.logs}`);
  };
  return {
    local,
    logs: layout.logs,
    pid: (part) => crew.part(part).pid,
    kill: (part, signal = 'SIGKILL') => crew.part(part).signal(signal),
    freeze: (part) => crew.part(part).signal('SIGSTOP'),
    thaw: (part) => crew.part(part).signal('SIGCONT'),
    stopPart: (part) => crew.part(part).stop(),
    startPart: (part) => crew.part(part).start(),
    ready: (part, withinMs = 30_000) => eventually(() => isReady(part), { withinMs }),
    token: (subject) => fetchReviewerToken(local.issuer_url, subject),
    close: async () => {
      await system.stop();
      await rm(layout.data, { recursive: true, force: true });
    },
  };
}

/**
 * Brings a whole local system up on free ports, by the launcher's own code; always embedded, whatever the environment says.
 * Allow 60 s, and `close` it in `afterAll`.
 */
export async function startSystem(options: TestSystemOptions = {}): Promise<TestSystem> {
  const approvalInstances = options.approvalInstances ?? 1;
  const portBase = options.portBase ?? (await freePortBase(approvalInstances));
  const policiesDir = options.policies ?? join(repoRoot, 'infra/policies');
  const external = { kafkaBrokers: null, engine: null };
  const asked = { portBase, policiesDir, approvalInstances, external, announce: false, faults: options.faults };
  const system = await startLocalSystem(asked, () => undefined);
  return handleOf(system, await system.local());
}
