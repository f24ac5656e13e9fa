import { clientOf } from './client.js';
import type { Client } from './client.js';
import { ConsumerLoop } from './consumer-loop.js';
import type { LoopBatch } from './loop-batch.js';
import { Backoff, pause } from './pace.js';
import type { KafkaConnection, Publisher, PublisherOptions } from './port.js';
import { PublishedPartition } from './published-partition.js';
import type { Inherited } from './published-partition.js';

/** Publishing that fails for this long turns health red, milliseconds. */
const FAILING_MS = 20_000;

/** Partitions at a time. One that rests after its transaction keeps its place, so there are as many as an instance may hold. */
const CONCURRENCY = 16;

interface Held {
  readonly partition: PublishedPartition;
  /** Resolves after the seek; false when the partition was given away first. */
  readonly ready: Promise<boolean>;
}

/** Shares the input partitions among instances and publishes each exactly once, whatever happens to them. */
class ExactPublisher implements Publisher {
  private readonly loop: ConsumerLoop;
  private held = new Map<number, Held>();

  constructor(
    private readonly client: Client,
    private readonly options: PublisherOptions,
  ) {
    this.loop = new ConsumerLoop(client, {
      name: options.groupId,
      groupId: options.groupId,
      topics: [options.inputTopic],
      concurrency: CONCURRENCY,
      commitEveryMs: null,
      onAssigned: (assigned) => this.assign(assigned.map(({ partition }) => partition)),
      onRevoked: () => this.held.forEach(({ partition }) => partition.revoke()),
      onBatch: (batch) => this.take(batch),
    });
  }

  start(): Promise<void> {
    this.loop.start();
    return Promise.resolve();
  }

  owns(partition: number): boolean {
    return this.held.get(partition)?.partition.isRevoked === false;
  }

  healthy(): boolean {
    const now = Date.now();
    const failing = [...this.held.values()].some(
      ({ partition: { failingSinceMs } }) => failingSinceMs !== null && now - failingSinceMs > FAILING_MS,
    );
    return !failing && this.loop.healthy();
  }

  async close(): Promise<void> {
    await this.loop.close();
    const held = [...this.held.values()];
    this.held = new Map();
    await Promise.all(held.map(({ partition, ready }) => partition.release().then(() => ready)));
  }

  /** Producers of the last generation are closed, also where the partition comes back to us. */
  private assign(partitions: readonly number[]): void {
    const old = this.held;
    const released = new Map([...old].map(([number, { partition }]) => [number, partition.release()]));
    this.held = new Map();
    for (const number of partitions) this.hold(number, released.get(number) ?? Promise.resolve(null));
  }

  private hold(number: number, inherited: Promise<Inherited | null>): void {
    const partition = new PublishedPartition(this.client, this.options, number);
    this.held.set(number, { partition, ready: this.prepare(number, partition, inherited) });
  }

  private async prepare(
    number: number,
    partition: PublishedPartition,
    inherited: Promise<Inherited | null>,
  ): Promise<boolean> {
    const isHeld = (): boolean => this.held.get(number)?.partition === partition;
    // One turn later, so that `hold` has noted the partition.
    const fold = await inherited;
    for (const backoff = new Backoff(50, 2_000); isHeld();) {
      try {
        const offset = await partition.prepare(fold);
        if (!isHeld()) break;
        this.loop.seek({ topic: this.options.inputTopic, partition: number }, offset);
        return true;
      } catch (error) {
        this.client.log.warn('the publisher waits for the cluster', { partition: number, cause: String(error) });
        await pause(backoff.nextMs());
      }
    }
    await partition.release();
    return false;
  }

  private async take(batch: LoopBatch): Promise<void> {
    const held = this.held.get(batch.partition);
    // The seek that follows makes a batch that was fetched before it stale.
    if (!held || !(await held.ready) || !batch.live()) return;
    const begun = performance.now();
    const taken = await this.fold(held.partition, batch);
    // What arrives meanwhile is fetched together afterwards; whoever comes after a quiet time does not wait.
    if (taken === 'done') return pause(begun + (this.options.everyMs ?? 0) - performance.now());
    if (taken !== 'superseded' || this.held.get(batch.partition) !== held) return;
    this.client.log.warn('somebody else published from this partition, folding anew', { partition: batch.partition });
    this.hold(
      batch.partition,
      held.partition.release().then(() => null),
    );
  }

  private async fold(partition: PublishedPartition, batch: LoopBatch): Promise<string> {
    try {
      return await partition.take(batch);
    } catch (error) {
      // The group's own word (rebalancing) belongs to the client library; anything else is a fault of the fold.
      if (isGroupSignal(error)) throw error;
      this.loop.fail(error as Error);
      return 'left';
    }
  }
}

const isGroupSignal = (error: unknown): boolean => (error as Error).name.startsWith('KafkaJS');

export const createPublisher = (connection: KafkaConnection, options: PublisherOptions): Publisher =>
  new ExactPublisher(clientOf(connection), options);
