import type { Consumer, EachBatchPayload } from 'kafkajs';
import type { PartitionOffset, Progress } from './progress.js';

export type Commit = (rows: readonly PartitionOffset[]) => Promise<void>;

/** Commits positions at most once in an interval; what a crash leaves uncommitted is read again. */
export class Committer {
  private timer: NodeJS.Timeout | null = null;
  private lastMs = 0;

  constructor(
    private readonly progress: Progress,
    /** Milliseconds between commits; null = this consumer never commits. */
    private readonly everyMs: number | null,
  ) {}

  /** Commits now if the interval has passed, else later. */
  async due(commit: Commit): Promise<void> {
    if (this.everyMs === null || this.timer) return;
    const waitMs = this.lastMs + this.everyMs - Date.now();
    if (waitMs <= 0) return this.now(commit);
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.now(commit);
    }, waitMs).unref();
  }

  /** Never rejects: an offset that is not committed only means that records come again. */
  async now(commit: Commit): Promise<void> {
    if (this.everyMs === null) return;
    this.lastMs = Date.now();
    const rows = this.progress.uncommitted();
    if (rows.length === 0) return;
    try {
      await commit(rows);
      this.progress.committed(rows);
    } catch {
      // A rebalance or a broker restart; the next commit carries the same positions.
    }
  }

  stop(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }
}

/** From outside a batch; ignored by the library while it stops. */
export const commitBy =
  (consumer: Consumer): Commit =>
  (rows) =>
    consumer.commitOffsets(rows.map(({ topic, partition, offset }) => ({ topic, partition, offset: String(offset) })));

/** The only commit that the library lets through while it stops. */
export const commitWithin =
  (payload: EachBatchPayload): Commit =>
  (rows) =>
    payload.commitOffsetsIfNecessary({
      topics: rows.map(({ topic, partition, offset }) => ({
        topic,
        partitions: [{ partition, offset: String(offset) }],
      })),
    });
