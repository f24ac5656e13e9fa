import { createLogger } from './logger.js';
import type { RunningService } from './start-service.js';

/** Starts a service as a process of its own: a start that fails is one line in the log and exit code 1. */
export async function runMain(service: string, start: () => Promise<RunningService>): Promise<void> {
  try {
    await start();
  } catch (fault) {
    createLogger(service).error('did not start', { fault });
    process.exit(1);
  }
}
