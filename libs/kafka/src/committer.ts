import type { Consumer } from 'kafkajs';
import type { Progress } from './progress.js';

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
  async due(consumer: Consumer): Promise<void> {
    if (this.everyMs === null || this.timer) return;
    const waitMs = this.lastMs + this.everyMs - Date.now();
    if (waitMs <= 0) return this.now(consumer);
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.now(consumer);
    }, waitMs).unref();
  }

  /** Never rejects: an offset that is not committed only means that records come again. */
  async now(consumer: Consumer): Promise<void> {
    if (this.everyMs === null) return;
    this.lastMs = Date.now();
    const rows = this.progress.uncommitted();
    if (rows.length === 0) return;
    try {
      await consumer.commitOffsets(rows.map(({ topic, partition, offset }) => ({ topic, partition, offset: String(offset) })));
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
