import type { LoopBatch } from './loop-batch.js';
import type { PartitionAt } from './progress.js';

export interface LoopOptions {
  /** For the log. */
  readonly name: string;
  /** A function gives each consumer that is made a group of its own. */
  readonly groupId: string | (() => string);
  readonly topics: readonly string[];
  /** Partitions handled at a time. Default 1. */
  readonly concurrency?: number;
  /** The broker answers a fetch once it has this many bytes … Default 1. */
  readonly minBytes?: number;
  /** … or after this many milliseconds. Default 500. */
  readonly maxWaitMs?: number;
  /** Commit at most this often, milliseconds; null = never. */
  readonly commitEveryMs: number | null;
  /** Called on every join of the group, before the first fetch; a seek made here is where fetching goes on. */
  onAssigned?(assigned: readonly PartitionAt[]): void;
  /** The group is about to share out its partitions anew. */
  onRevoked?(): void;
  onBatch(batch: LoopBatch): Promise<void>;
  /** The partition moved on without a record to show (control records). */
  onSkipped?(at: PartitionAt, nextOffset: number): void;
}
