import { createRequire } from 'node:module';

/** The part of kafkajs 2.2.4's request queue that is mended here. */
interface RequestQueue {
  readonly pending: readonly unknown[];
  /** Epoch milliseconds; -1 when the broker never throttled us. */
  readonly throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
  scheduleCheckPendingRequests(): void;
}

const CHECK_EVERY_MS = 10;

/**
 * As it comes, the queue of every connection plans a check again and again with a delay below zero, which Node takes as
 * 1 ms: an idle client wakes 900 times a second. A queue without waiting requests needs no check, since adding one plans it.
 */
export function quietIdleConnections(): void {
  const queue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as { prototype: RequestQueue };
  queue.prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.throttleCheckTimeoutId || this.pending.length === 0) return;
    const waitMs = Math.max(this.throttledUntil - Date.now(), CHECK_EVERY_MS);
    this.throttleCheckTimeoutId = setTimeout(() => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    }, waitMs);
  };
}
