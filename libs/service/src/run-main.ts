import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from './logger.js';
import type { RunningService } from './start-service.js';

/** How long a start waits for a cluster to say whether it fits. One that is down is waited for by the service itself. */
const CHECK_MS = 5_000;

export interface Main<C> {
  readonly load: () => C;
  /** Resolves when the cluster is known to fit. @throws Error when it does not */
  readonly check: (config: C) => Promise<void>;
  readonly start: (config: C) => Promise<RunningService>;
}

/** Runs a service as a process of its own: a start that fails is one line in the log and exit code 1. */
export async function runMain<C>(service: string, { load, check, start }: Main<C>): Promise<void> {
  try {
    const config = load();
    const checked = check(config);
    await Promise.race([checked, sleep(CHECK_MS, undefined, { ref: false })]);
    await Promise.all([start(config), checked]);
  } catch (fault) {
    createLogger(service).error('did not start', { fault });
    process.exit(1);
  }
}
