import { randomUUID } from 'node:crypto';
import { clientOf } from './client.js';
import type { Client } from './client.js';
import { ConsumerLoop } from './consumer-loop.js';
import type { LoopBatch } from './loop-batch.js';
import { endOffsets, startOffsets } from './offsets.js';
import type { Offsets } from './offsets.js';
import { Backoff, pause } from './pace.js';
import type { Fold, FoldOptions, InRecord, KafkaConnection } from './port.js';
import type { PartitionAt } from './progress.js';
import { inSlices } from './slices.js';

/**
 * Reads all partitions in every instance. The fold's own next offset is the only truth: on every join it seeks there, and
 * what is below it is dropped. The client library has no assignment without a group, so each instance is a group of one.
 */
class TopicFold implements Fold {
  private readonly loop: ConsumerLoop;
  private next: Offsets = new Map();
  private ends: Offsets = new Map();
  private caughtUp: (() => void) | null = null;

  constructor(
    private readonly client: Client,
    private readonly options: FoldOptions,
  ) {
    this.loop = new ConsumerLoop(client, {
      name: options.groupPrefix,
      groupId: `${options.groupPrefix}-${randomUUID()}`,
      topics: options.topics,
      commitEveryMs: null,
      onAssigned: (assigned) => assigned.forEach((at) => this.loop.seek(at, this.position(at.topic, at.partition) ?? 0)),
      onBatch: (batch) => this.fold(batch),
      onSkipped: (at, offset) => this.advance(at, offset),
    });
  }

  async start(): Promise<void> {
    const done = new Promise<void>((resolve) => (this.caughtUp = resolve));
    await this.learnBounds();
    this.loop.start();
    this.announce();
    await done;
  }

  position(topic: string, partition: number): number | null {
    return this.next.get(topic)?.get(partition) ?? null;
  }

  lag(): number {
    return this.loop.lag();
  }

  healthy(): boolean {
    return this.caughtUp === null && this.next.size > 0 && this.loop.healthy();
  }

  close(): Promise<void> {
    return this.loop.close();
  }

  /** The cluster may be starting as well; there is nothing to do without it. */
  private async learnBounds(): Promise<void> {
    for (const backoff = new Backoff(100, 2_000); ; ) {
      try {
        this.ends = await endOffsets(this.client, this.options.topics);
        this.next = await startOffsets(this.client, this.options.topics, this.options.startTimestampMs(Date.now()));
        return;
      } catch (error) {
        this.client.log.warn('the fold waits for the cluster', { cause: String(error) });
        await pause(backoff.nextMs());
      }
    }
  }

  private async fold(batch: LoopBatch): Promise<void> {
    const between = async (): Promise<boolean> => {
      this.options.onSliceEnd?.();
      await batch.heartbeat();
      return batch.live();
    };
    if (!(await inSlices(batch.records, (record) => this.take(record), between))) return;
    this.advance(batch, batch.nextOffset);
    batch.resolve(batch.nextOffset);
  }

  private take(record: InRecord): boolean {
    const offsets = this.next.get(record.topic);
    if (!offsets || record.offset < (offsets.get(record.partition) ?? 0)) return true;
    try {
      this.options.onRecord(record);
    } catch (error) {
      this.loop.fail(error as Error);
      return false;
    }
    offsets.set(record.partition, record.offset + 1);
    return true;
  }

  private advance({ topic, partition }: PartitionAt, offset: number): void {
    const offsets = this.next.get(topic);
    if (offsets && offset > (offsets.get(partition) ?? 0)) offsets.set(partition, offset);
    this.announce();
  }

  private announce(): void {
    if (!this.caughtUp || this.behind()) return;
    const resolve = this.caughtUp;
    this.caughtUp = null;
    resolve();
  }

  private behind(): boolean {
    for (const [topic, ends] of this.ends)
      for (const [partition, end] of ends) if ((this.position(topic, partition) ?? 0) < end) return true;
    return false;
  }
}

export const createFold = (connection: KafkaConnection, options: FoldOptions): Fold => new TopicFold(clientOf(connection), options);
