import { atMost, Backoff, pause } from './pace.js';
import type { InRecord } from './port.js';

/** What became of one try. `stop` is a fault of the machine: no later record would fare better. */
export type Tried = { readonly kind: 'settled' | 'retry' } | { readonly kind: 'stop'; readonly error: Error };

export interface DeskOptions {
  try(record: InRecord): Promise<Tried>;
  /** A record that was left behind is settled; everything below `position` is done. */
  onSettled(position: number): void;
  onStop(error: Error): void;
}

/** A record that needs longer than this no longer holds those behind it, milliseconds. */
export const PATIENCE_MS = 1_000;
/** Records of one partition that may be left behind; with more of them the partition waits. */
const MAX_OPEN = 500;

/**
 * The records of one partition that are being handled. One that asks for a retry is tried again by itself while those
 * behind it go on; the position never passes it, so that a successor of this process finds it again.
 */
export class RecordDesk {
  private readonly open = new Set<number>();
  private readonly trying = new Set<Promise<Tried>>();
  private reached = 0;
  private closed = false;

  constructor(private readonly options: DeskOptions) {}

  /** Starts the records in order. Resolves when all are settled, or after a second: what is open then is left behind. */
  async take(records: readonly InRecord[]): Promise<void> {
    const fresh = records.filter(({ offset }) => offset >= this.reached);
    const last = fresh.at(-1);
    if (this.closed || !last) return;
    this.reached = last.offset + 1;
    for (const { offset } of fresh) this.open.add(offset);
    await atMost(PATIENCE_MS, Promise.all(fresh.map((record) => this.work(record))));
  }

  /** Notes that nothing comes below `offset`: control records may stand behind the last record. */
  passed(offset: number): void {
    this.reached = Math.max(this.reached, offset);
  }

  /** Everything below is done. */
  get position(): number {
    // A set keeps its order, and records come in the order of their offsets.
    const [oldest] = this.open;
    return oldest ?? this.reached;
  }

  /** How many records may be started now. */
  get room(): number {
    return Math.max(0, MAX_OPEN - this.open.size);
  }

  get waiting(): number {
    return this.open.size;
  }

  /** Starts and repeats nothing more. Resolves when no try is under way, at the latest after `withinMs`. */
  async close(withinMs: number): Promise<void> {
    this.closed = true;
    await atMost(withinMs, Promise.allSettled(this.trying));
  }

  private async work(record: InRecord): Promise<void> {
    for (const backoff = new Backoff(100, 5_000); !this.closed; await pause(backoff.nextMs())) {
      const tried = await this.once(record);
      if (tried.kind === 'stop') return this.options.onStop(tried.error);
      if (tried.kind === 'settled') return this.settle(record.offset);
    }
  }

  private async once(record: InRecord): Promise<Tried> {
    const attempt = this.options.try(record);
    this.trying.add(attempt);
    return attempt.finally(() => this.trying.delete(attempt));
  }

  private settle(offset: number): void {
    this.open.delete(offset);
    this.options.onSettled(this.position);
  }
}
