import type { EachBatchPayload } from 'kafkajs';
import type { InRecord } from './port.js';
import type { PartitionAt } from './progress.js';
import { toInRecord } from './records.js';

/** What one fetch brought of one partition. */
export interface LoopBatch extends PartitionAt {
  readonly records: readonly InRecord[];
  /** The offset after this batch, control records included. */
  readonly nextOffset: number;
  /** False once the consumer stops, seeks or must rejoin its group: start no more work on this batch. */
  live(): boolean;
  /** Whether finished work still counts: true also while the consumer stops, so that a shutdown drains. */
  owned(): boolean;
  /** A sign of life to the group and to the watchdog; rejects when the group is rebalancing. */
  heartbeat(): Promise<void>;
  /** What lies below `offset` is not fetched again; `position`, by default the same, is what counts as done. */
  resolve(offset: number, position?: number): void;
  /** Stops fetching this partition for a while. */
  rest(ms: number): void;
}

export interface BatchOwner {
  isCurrent(): boolean;
  alive(at: PartitionAt): void;
  moved(at: PartitionAt, nextOffset: number): void;
}

const BEAT_EVERY_MS = 1_500;

/** Runs `work` on a batch while the group hears from its member, however long the work takes. */
export async function withBatch(
  payload: EachBatchPayload,
  owner: BatchOwner,
  work: (batch: LoopBatch) => Promise<void>,
): Promise<void> {
  let member = true;
  const batch = loopBatch(payload, { ...owner, isCurrent: () => member && owner.isCurrent() });
  const beat = setInterval(() => {
    if (!batch.live()) return;
    // The library sees the same answer again after the batch and joins anew.
    batch.heartbeat().catch(() => (member = false));
  }, BEAT_EVERY_MS);
  try {
    if (batch.live()) await work(batch);
  } finally {
    clearInterval(beat);
  }
}

function loopBatch(payload: EachBatchPayload, owner: BatchOwner): LoopBatch {
  const { topic, partition, messages } = payload.batch;
  const at = { topic, partition };
  const nextOffset = Number(payload.batch.lastOffset()) + 1;
  const lastRecord = messages.at(-1)!.offset;
  const heartbeat = async (): Promise<void> => {
    owner.alive(at);
    await payload.heartbeat();
  };
  const resolve = (offset: number, position?: number): void => {
    // The library skips the control records behind the last record only when exactly that record is resolved.
    const all = offset > Number(lastRecord);
    payload.resolveOffset(all ? lastRecord : String(offset - 1));
    owner.moved(at, position ?? (all ? nextOffset : offset));
  };
  const rest = (ms: number): void => {
    const resume = payload.pause();
    setTimeout(() => {
      owner.alive(at);
      resume();
    }, ms);
  };
  const owned = (): boolean => owner.isCurrent() && !payload.isStale();
  const live = (): boolean => owned() && payload.isRunning();
  const records = messages.map((message) => toInRecord(topic, partition, message));
  return { ...at, nextOffset, records, live, owned, heartbeat, resolve, rest };
}
