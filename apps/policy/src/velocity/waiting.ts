import { CountersignError } from '@countersign/canonical';

interface Waiter<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

/** Those who wait for something to come back from the log, by its id. One promise for all who wait for the same. */
export class Waiting<T> {
  private readonly waiters = new Map<string, Waiter<T>>();

  /** @param withinMs after this long the promise rejects with `unknown_outcome`, milliseconds */
  constructor(private readonly withinMs: number) {}

  /** The promise that somebody waits for already, or null. */
  pending(id: string): Promise<T> | null {
    return this.waiters.get(id)?.promise ?? null;
  }

  /** Begins to wait; nobody may be waiting for this id. */
  begin(id: string): Promise<T> {
    const late = new CountersignError('unknown_outcome', 'the log did not answer in time', { retry_after: 1 });
    const timer = setTimeout(() => this.fail(id, late), this.withinMs);
    let waiter: Omit<Waiter<T>, 'promise'> | null = null;
    const promise = new Promise<T>((resolve, reject) => (waiter = { resolve, reject })).finally(() =>
      clearTimeout(timer),
    );
    if (waiter !== null) this.waiters.set(id, Object.assign(waiter, { promise }));
    return promise;
  }

  settle(id: string, value: T): void {
    const waiter = this.waiters.get(id);
    this.waiters.delete(id);
    waiter?.resolve(value);
  }

  fail(id: string, error: Error): void {
    const waiter = this.waiters.get(id);
    this.waiters.delete(id);
    waiter?.reject(error);
  }
}
