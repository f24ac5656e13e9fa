import { setTimeout as sleep } from 'node:timers/promises';

export interface EventuallyOptions {
  /** Longest time to keep trying, milliseconds. Default 10 000. */
  readonly withinMs?: number;
  /** Pause between tries, milliseconds. Default 50. */
  readonly everyMs?: number;
}

/**
 * Tries until the assertion holds.
 * @returns what `attempt` returned when it first did not throw
 * @throws the last fault of `attempt` when time is up
 */
export async function eventually<T>(attempt: () => T | Promise<T>, options: EventuallyOptions = {}): Promise<T> {
  const deadline = Date.now() + (options.withinMs ?? 10_000);
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() >= deadline) throw error;
    }
    await sleep(options.everyMs ?? 50);
  }
}
