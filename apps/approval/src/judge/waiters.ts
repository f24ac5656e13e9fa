import { CountersignError } from '@countersign/canonical';
import type { Answer } from '@countersign/approval';

/** How long a caller waits for the fold to reach its record, milliseconds. */
export const ANSWER_WITHIN_MS = 5_000;

interface Waiter {
  readonly settle: (answer: Answer) => void;
  readonly timer: NodeJS.Timeout;
}

/** Callers who wait until their own record is folded, by the record's id. Registered before the append. */
export class Waiters {
  private readonly waiting = new Map<string, Waiter>();

  constructor(private readonly withinMs = ANSWER_WITHIN_MS) {}

  /** @returns the fold's answer; rejects with `unknown_outcome` when it does not come in time */
  register(id: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(unknownOutcome());
      }, this.withinMs);
      this.waiting.set(id, { settle: resolve, timer });
    });
  }

  settle(id: string, answer: Answer): void {
    const waiter = this.waiting.get(id);
    if (waiter === undefined) return;
    this.forget(id);
    waiter.settle(answer);
  }

  forget(id: string): void {
    clearTimeout(this.waiting.get(id)?.timer);
    this.waiting.delete(id);
  }

  get size(): number {
    return this.waiting.size;
  }
}

export const unknownOutcome = (): CountersignError =>
  new CountersignError('unknown_outcome', 'it may or may not be in the log; retry with the same request_id or key', {
    retry_after: 1,
  });
