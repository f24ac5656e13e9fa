import type { Offsets } from './offsets.js';

export interface PartitionAt {
  readonly topic: string;
  readonly partition: number;
}

export interface PartitionOffset extends PartitionAt {
  readonly offset: number;
}

interface Entry extends PartitionAt {
  /** The next offset to read; null until known. */
  position: number | null;
  committed: number | null;
  /** When it last moved, or gave another sign of life. UTC epoch milliseconds. */
  aliveMs: number;
  end: number;
  /** Checks in a row that found the log shorter than the position. */
  short: number;
}

/** A partition that stands still before the end for this long has a dead consumer, milliseconds. Above the time a dead transaction can block readers. */
const STALL_MS = 30_000;
/** Without a successful look at the end offsets for this long nobody knows whether the consumer is current, milliseconds. */
const BLIND_MS = 20_000;

export type Verdict = 'fine' | 'stalled' | 'log_went_back';

/** Where a consumer is in each of its partitions, against where the log ends. */
export class Progress {
  private entries = new Map<string, Entry>();
  private joined = false;
  private seenMs: number;

  constructor(private readonly now: () => number = Date.now) {
    this.seenMs = now();
  }

  /** A new consumer: nothing is assigned until it joins; positions are kept for `assign`. */
  restart(): void {
    this.joined = false;
  }

  assign(assigned: readonly PartitionAt[]): void {
    const kept = new Map<string, Entry>();
    for (const at of assigned) {
      const old = this.entries.get(keyOf(at));
      kept.set(keyOf(at), {
        ...at,
        position: null,
        committed: null,
        aliveMs: this.now(),
        end: old?.end ?? 0,
        short: 0,
      });
    }
    this.entries = kept;
    this.joined = true;
  }

  moved(at: PartitionAt, position: number): void {
    const entry = this.entries.get(keyOf(at));
    if (entry) Object.assign(entry, { position, aliveMs: this.now(), end: Math.max(entry.end, position) });
  }

  alive(at: PartitionAt): void {
    const entry = this.entries.get(keyOf(at));
    if (entry) entry.aliveMs = this.now();
  }

  committed(rows: readonly PartitionOffset[]): void {
    for (const row of rows) {
      const entry = this.entries.get(keyOf(row));
      if (entry) entry.committed = row.offset;
    }
  }

  uncommitted(): PartitionOffset[] {
    return this.positions().filter((row) => this.entries.get(keyOf(row))?.committed !== row.offset);
  }

  unknown(): PartitionAt[] {
    return [...this.entries.values()].filter(({ position }) => position === null);
  }

  positions(): PartitionOffset[] {
    return [...this.entries.values()].flatMap(({ topic, partition, position }) =>
      position === null ? [] : [{ topic, partition, offset: position }],
    );
  }

  /** Judges by end offsets that were asked for after `before` was taken. */
  observe(ends: Offsets, before: readonly PartitionOffset[]): Verdict {
    this.seenMs = this.now();
    for (const { topic, partition, offset } of before) {
      const entry = this.entries.get(keyOf({ topic, partition }));
      const end = ends.get(topic)?.get(partition);
      if (!entry || end === undefined) continue;
      entry.end = end;
      // Whoever has read everything stands still because nothing comes: the time to stall begins with what comes next.
      if (lagOf(entry) === 0) entry.aliveMs = this.now();
      entry.short = end < offset ? entry.short + 1 : 0;
    }
    if (this.some(({ short }) => short > 1)) return 'log_went_back';
    return this.some((entry) => lagOf(entry) > 0 && this.now() - entry.aliveMs > STALL_MS) ? 'stalled' : 'fine';
  }

  lag(): number {
    return [...this.entries.values()].reduce((sum, entry) => sum + lagOf(entry), 0);
  }

  healthy(): boolean {
    return this.joined && this.now() - this.seenMs < BLIND_MS;
  }

  private some(test: (entry: Entry) => boolean): boolean {
    return [...this.entries.values()].some(test);
  }
}

const keyOf = ({ topic, partition }: PartitionAt): string => `${topic} ${partition}`;

const lagOf = ({ position, end }: Entry): number => (position === null ? 0 : Math.max(0, end - position));
