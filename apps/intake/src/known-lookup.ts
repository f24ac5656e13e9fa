import type { ActionName } from './approval-client.js';

type Ask = (actions: readonly ActionName[]) => Promise<(string | null)[]>;

interface Waiting {
  readonly action: ActionName;
  readonly resolve: (bodyHash: string | null) => void;
  readonly reject: (fault: unknown) => void;
}

const MAX_ACTIONS = 500;

/** Whether proposals are known, asked for all that arrive in one turn of the event loop together. */
export class KnownLookup {
  private waiting: Waiting[] = [];

  constructor(private readonly ask: Ask) {}

  /** @returns the body hash of a known action, else null. @throws as the question does */
  bodyHash(action: ActionName): Promise<string | null> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ action, resolve, reject });
      if (this.waiting.length === 1) setImmediate(() => this.flush());
    });
  }

  private flush(): void {
    const all = this.waiting;
    this.waiting = [];
    for (let at = 0; at < all.length; at += MAX_ACTIONS) void this.settle(all.slice(at, at + MAX_ACTIONS));
  }

  private async settle(batch: readonly Waiting[]): Promise<void> {
    try {
      const hashes = await this.ask(batch.map(({ action }) => action));
      batch.forEach(({ resolve }, index) => resolve(hashes[index] ?? null));
    } catch (fault) {
      for (const { reject } of batch) reject(fault);
    }
  }
}
