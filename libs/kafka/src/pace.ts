/** Resolves after `ms` milliseconds. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Lets timers and sockets have their turn. */
export const yieldToLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Doubling waits from `firstMs` to `lastMs`. */
export class Backoff {
  private attempt = 0;

  constructor(
    private readonly firstMs: number,
    private readonly lastMs: number,
  ) {}

  nextMs(): number {
    return Math.min(this.lastMs, this.firstMs * 2 ** this.attempt++);
  }

  reset(): void {
    this.attempt = 0;
  }
}

/** @throws Error with `what` when the work has not settled after `ms`; the work itself goes on */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves when the work is done, or after `ms` without it; the work itself goes on. Never rejects. */
export async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  await within(ms, 'work', work).catch(() => undefined);
}
