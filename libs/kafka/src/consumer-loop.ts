import type { Consumer, EachBatchPayload } from 'kafkajs';
import type { Client } from './client.js';
import { commitBy, Committer, commitWithin } from './committer.js';
import { withBatch } from './loop-batch.js';
import type { BatchOwner } from './loop-batch.js';
import type { LoopOptions } from './loop-options.js';
import { makeConsumer } from './make-consumer.js';
import { committedOffset, endOffsets } from './offsets.js';
import { Backoff, within } from './pace.js';
import { Progress } from './progress.js';
import type { PartitionAt } from './progress.js';

const WATCH_EVERY_MS = 5_000;
const STOP_LIMIT_MS = 15_000;

/**
 * A consumer that stays alive. The client library's consumer can stop without an error: a watchdog compares end offsets
 * with positions, and a consumer that stands still before the end is replaced.
 */
export class ConsumerLoop {
  private consumer: Consumer | null = null;
  private readonly progress = new Progress();
  private readonly commits: Committer;
  private readonly backoff = new Backoff(200, 1_000);
  private watchdog: NodeJS.Timeout | null = null;
  private fault: Error | null = null;
  private opening: Promise<void> = Promise.resolve();
  private readonly leaving = new Set<Promise<void>>();
  private closed = false;
  private fetchedMs = 0;

  constructor(
    private readonly client: Client,
    private readonly options: LoopOptions,
  ) {
    this.commits = new Committer(this.progress, options.commitEveryMs);
  }

  /** Keeps trying until closed; `healthy` tells how it goes. */
  start(): void {
    this.watchdog = setInterval(() => void this.watch(), WATCH_EVERY_MS).unref();
    this.opening = this.open();
  }

  healthy(): boolean {
    return this.fault === null && !this.closed && this.progress.healthy();
  }

  /** How long ago the broker last answered a fetch, milliseconds. */
  fetchedAgoMs(): number {
    return Date.now() - this.fetchedMs;
  }

  lag(): number {
    return this.progress.lag();
  }

  /** Nothing to do for a consumer that has left its group: whoever seeks does so at every join. */
  seek(at: PartitionAt, offset: number): void {
    this.progress.moved(at, offset);
    try {
      this.consumer?.seek({ ...at, offset: String(offset) });
    } catch (error) {
      this.client.log.warn('consumer is not in its group', { consumer: this.options.name, cause: String(error) });
    }
  }

  /** Work that went on after its batch has moved the position. */
  moved(at: PartitionAt, position: number): void {
    this.progress.moved(at, position);
    if (this.consumer) void this.commits.due(commitBy(this.consumer));
  }

  /** A sign of life to the watchdog from work that goes on after its batch. */
  alive(at: PartitionAt): void {
    this.progress.alive(at);
  }

  /** Stops for good: after a fault of the machine no offset may move until a person has looked. */
  fail(error: Error): void {
    if (this.fault) return;
    this.fault = error;
    this.client.log.error('consumer stopped by a fault', {
      consumer: this.options.name,
      cause: error.stack ?? String(error),
    });
    void this.drop(this.consumer);
  }

  /** Waits for the batches in work, commits, leaves the group. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.watchdog) clearInterval(this.watchdog);
    if (this.consumer && !this.fault) await this.commits.now(commitBy(this.consumer));
    void this.drop(this.consumer);
    await Promise.all(this.leaving);
  }

  private get over(): boolean {
    return this.closed || this.fault !== null;
  }

  private async open(): Promise<void> {
    if (this.over) return;
    const consumer = makeConsumer(this.client, this.options);
    this.consumer = consumer;
    this.progress.restart();
    this.listen(consumer);
    await this.run(consumer).catch((error: unknown) => this.reopen(consumer, String(error)));
  }

  private async run(consumer: Consumer): Promise<void> {
    await consumer.connect();
    await consumer.subscribe({ topics: [...this.options.topics], fromBeginning: true });
    if (this.over) return;
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: this.options.concurrency ?? 1,
      eachBatch: (payload) => this.eachBatch(consumer, payload),
    });
  }

  private listen(consumer: Consumer): void {
    const { events } = consumer;
    consumer.on(events.GROUP_JOIN, ({ payload }) => {
      if (consumer !== this.consumer) return;
      this.backoff.reset();
      const assigned = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
        partitions.map((partition) => ({ topic, partition })),
      );
      this.progress.assign(assigned);
      this.options.onAssigned?.(assigned);
    });
    consumer.on(events.FETCH, () => void (this.fetchedMs = Date.now()));
    consumer.on(events.REBALANCING, () => void (consumer === this.consumer && this.options.onRevoked?.()));
    consumer.on(events.CRASH, ({ payload }) => this.reopen(consumer, String(payload.error)));
    // Control and aborted records never reach eachBatch; without this the position would stand still before them.
    consumer.on(events.END_BATCH_PROCESS, ({ payload: { topic, partition, batchSize, lastOffset } }) => {
      if (consumer !== this.consumer || batchSize > 0) return;
      this.progress.moved({ topic, partition }, Number(lastOffset) + 1);
      this.options.onSkipped?.({ topic, partition }, Number(lastOffset) + 1);
    });
  }

  private async eachBatch(consumer: Consumer, payload: EachBatchPayload): Promise<void> {
    const owner: BatchOwner = {
      isCurrent: () => consumer === this.consumer && this.fault === null,
      alive: (at) => this.progress.alive(at),
      moved: (at, offset) => this.progress.moved(at, offset),
    };
    await withBatch(payload, owner, (batch) => this.options.onBatch(batch));
    if (!owner.isCurrent()) return;
    // A member that leaves can commit no more: the last batch before it commits at once.
    await (this.closed ? this.commits.now(commitWithin(payload)) : this.commits.due(commitBy(consumer)));
  }

  private reopen(consumer: Consumer, cause: string): void {
    if (consumer !== this.consumer || this.over) return;
    const waitMs = this.backoff.nextMs();
    this.client.log.warn('consumer is replaced', { consumer: this.options.name, cause, wait_ms: waitMs });
    void this.drop(consumer);
    setTimeout(() => (this.opening = this.open()), waitMs);
  }

  /** A consumer that is stopped while it joins its group would join later and stay for ever: joining is waited for. */
  private drop(consumer: Consumer | null): Promise<void> {
    if (!consumer) return Promise.resolve();
    if (!this.closed) this.consumer = null;
    this.commits.stop();
    const opening = this.opening;
    const leave = async (): Promise<void> => {
      await opening;
      await consumer.disconnect();
    };
    const left = within(STOP_LIMIT_MS, 'consumer stop', leave()).catch((error: unknown) => {
      this.client.log.warn('consumer did not stop cleanly', { consumer: this.options.name, cause: String(error) });
    });
    this.leaving.add(left);
    return left.finally(() => this.leaving.delete(left));
  }

  private async watch(): Promise<void> {
    const consumer = this.consumer;
    if (!consumer || this.over) return;
    try {
      await this.learnPositions();
      const before = this.progress.positions();
      const verdict = this.progress.observe(await endOffsets(this.client, this.options.topics), before);
      if (verdict === 'stalled') this.reopen(consumer, 'it stands still before the end of the log');
      if (verdict === 'log_went_back') this.fail(new Error('the log is shorter than what was read from it'));
    } catch {
      // The cluster does not answer: `healthy` turns false by itself when that lasts.
    }
  }

  /** A consumer that goes on from its group's offset has no position until its first batch. */
  private async learnPositions(): Promise<void> {
    const { groupId } = this.options;
    if (typeof groupId !== 'string') return;
    for (const at of this.progress.unknown()) {
      const offset = await committedOffset(this.client, groupId, at.topic, at.partition);
      if (this.progress.unknown().includes(at)) this.progress.moved(at, offset ?? 0);
    }
  }
}
