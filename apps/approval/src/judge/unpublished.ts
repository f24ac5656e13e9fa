import { setTimeout as sleep } from 'node:timers/promises';

/** Next offsets up to which the log is published, by partition; null where nothing is. */
export type PublishedUpTo = () => Promise<ReadonlyMap<number, number | null>>;

interface Denial {
  readonly partition: number;
  readonly offset: number;
  readonly untilMs: number;
  readonly resolve: () => void;
  readonly promise: Promise<void>;
}

const POLL_MS = 20;
/** Nobody waits longer for a publisher that is away, milliseconds. */
const AT_MOST_MS = 3_000;

/**
 * Denials by people that are in the log and not published yet. They count for policy from their publication on, so nobody
 * is told of one before: an agent that hears it and asks again at once is found out.
 */
export class Unpublished {
  private readonly denials = new Map<string, Denial>();
  private polling = false;

  constructor(private readonly upTo: PublishedUpTo) {}

  /** Notes a denial by the place of the record that brought it about. */
  add(actionId: string, { partition, offset }: { partition: number; offset: number }): void {
    let resolve = (): void => undefined;
    const promise = new Promise<void>((done) => (resolve = done));
    this.denials.set(actionId, { partition, offset, untilMs: Date.now() + AT_MOST_MS, promise, resolve });
    if (!this.polling) void this.poll();
  }

  /** Resolves when the denial of this action is published, at once where there is none, and after 3 s in any case. */
  published(actionId: string): Promise<void> {
    return this.denials.get(actionId)?.promise ?? Promise.resolve();
  }

  close(): void {
    for (const [actionId, denial] of this.denials) this.settle(actionId, denial);
  }

  private async poll(): Promise<void> {
    this.polling = true;
    while (this.denials.size > 0) {
      const published = await this.upTo().catch(() => new Map<number, number>());
      for (const [actionId, denial] of this.denials)
        if ((published.get(denial.partition) ?? 0) > denial.offset || Date.now() > denial.untilMs)
          this.settle(actionId, denial);
      await sleep(POLL_MS);
    }
    this.polling = false;
  }

  private settle(actionId: string, { resolve }: Denial): void {
    this.denials.delete(actionId);
    resolve();
  }
}
