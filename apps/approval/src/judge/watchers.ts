/** Those who wait for an action to change, by its id. */
export class Watchers {
  private readonly listeners: ((actionIds: Iterable<string>) => void)[] = [];
  private readonly watching = new Map<string, Set<() => void>>();
  /** True once nobody may wait any more. */
  closed = false;

  /** Tells a listener of every action that changes. */
  onWake(listener: (actionIds: Iterable<string>) => void): void {
    this.listeners.push(listener);
  }

  wake(actionIds: Iterable<string>): void {
    for (const listener of this.listeners) listener(actionIds);
    if (this.watching.size === 0) return;
    for (const id of actionIds) for (const wake of this.watching.get(id) ?? []) wake();
  }

  /** Answers everyone who waits, now: the service is stopping. */
  close(): void {
    this.closed = true;
    this.wake([...this.watching.keys()]);
  }

  /** Resolves when the action changes, after `waitMs`, or when nobody wants to know any more; true when it changed. */
  change(actionId: string, waitMs: number, signal?: AbortSignal): Promise<boolean> {
    if (this.closed || signal?.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const watchers = this.watching.get(actionId) ?? new Set();
      this.watching.set(actionId, watchers);
      const done = (changed: boolean) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', stop);
        watchers.delete(wake);
        if (watchers.size === 0 && this.watching.get(actionId) === watchers) this.watching.delete(actionId);
        resolve(changed);
      };
      const wake = () => done(true);
      const stop = () => done(false);
      const timer = setTimeout(stop, waitMs);
      signal?.addEventListener('abort', stop, { once: true });
      watchers.add(wake);
    });
  }
}
