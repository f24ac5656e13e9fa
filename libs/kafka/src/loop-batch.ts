import type { EachBatchPayload } from 'kafkajs';
import type { InRecord } from './port.js';
import type { PartitionAt } from './progress.js';
import { toInRecord } from './records.js';

/** What one fetch brought of one partition. */
export interface LoopBatch extends PartitionAt {
  readonly records: readonly InRecord[];
  /** The offset after this batch, control records included. */
  readonly nextOffset: number;
  /** False once the consumer stops, seeks or loses the partition: stop working on this batch. */
  live(): boolean;
  /** A sign of life to the group and to the watchdog; rejects when the group is rebalancing. */
  heartbeat(): Promise<void>;
  /** Everything below `offset` is done; what is not resolved is fetched again. */
  resolve(offset: number): void;
  /** Stops fetching this partition for a while. */
  rest(ms: number): void;
}

export interface BatchOwner {
  isCurrent(): boolean;
  alive(at: PartitionAt): void;
  moved(at: PartitionAt, nextOffset: number): void;
}

export function loopBatch(payload: EachBatchPayload, owner: BatchOwner): LoopBatch {
  const { topic, partition, messages } = payload.batch;
  const at = { topic, partition };
  const nextOffset = Number(payload.batch.lastOffset()) + 1;
  const lastRecord = messages.at(-1)!.offset;
  return {
    ...at,
    nextOffset,
    records: messages.map((message) => toInRecord(topic, partition, message)),
    live: () => owner.isCurrent() && payload.isRunning() && !payload.isStale(),
    heartbeat: async () => {
      owner.alive(at);
      await payload.heartbeat();
    },
    resolve: (offset) => {
      // The library skips the control records behind the last record only when exactly that record is resolved.
      const all = offset > Number(lastRecord);
      payload.resolveOffset(all ? lastRecord : String(offset - 1));
      owner.moved(at, all ? nextOffset : offset);
    },
    rest: (ms) => {
      const resume = payload.pause();
      setTimeout(() => {
        owner.alive(at);
        if (owner.isCurrent()) resume();
      }, ms);
    },
  };
}
