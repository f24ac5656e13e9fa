import { clientOf } from './client.js';
import type { Client } from './client.js';
import { ConsumerLoop } from './consumer-loop.js';
import type { LoopBatch } from './loop-batch.js';
import { Backoff, pause } from './pace.js';
import type { InRecord, KafkaConnection, Sink, SinkOptions } from './port.js';
import type { PartitionAt } from './progress.js';
import { groupsOf } from './wire/isolation.js';

/** A failing write turns health red after this long, milliseconds. */
const FAILING_MS = 15_000;

/**
 * Feeds a store that remembers how far it got. After every join it is asked again, and fetching starts where it says;
 * the group's committed offset is only for people who look at lag.
 */
class StoreSink implements Sink {
  private readonly loop: ConsumerLoop;
  /** The start of each partition in this generation of the group; a batch waits for it. */
  private starts = new Map<string, Promise<boolean>>();
  private generation = 0;
  private failingSinceMs: number | null = null;

  constructor(
    private readonly client: Client,
    private readonly options: SinkOptions,
  ) {
    this.loop = new ConsumerLoop(client, {
      name: options.groupId,
      groupId: options.groupId,
      topics: options.topics,
      // All ranges of one fetch are written at the same time, so that the store may take them together.
      concurrency: 32,
      // The broker gathers records for us: it answers when there is enough for one write, or after the delay.
      minBytes: 1_048_576,
      maxWaitMs: options.maxDelayMs,
      commitEveryMs: 5_000,
      onAssigned: (assigned) => this.assign(assigned),
      onBatch: (batch) => this.take(batch),
    });
  }

  start(): Promise<void> {
    this.loop.start();
    return Promise.resolve();
  }

  healthy(): boolean {
    const failing = this.failingSinceMs !== null && Date.now() - this.failingSinceMs > FAILING_MS;
    return !failing && this.loop.healthy();
  }

  lag(): number {
    return this.loop.lag();
  }

  close(): Promise<void> {
    return this.loop.close();
  }

  private assign(assigned: readonly PartitionAt[]): void {
    const generation = ++this.generation;
    this.starts = new Map(assigned.map((at) => [keyOf(at), this.startAt(at, generation)]));
  }

  /** @returns false when the partitions were shared out anew meanwhile */
  private async startAt(at: PartitionAt, generation: number): Promise<boolean> {
    const offset = await this.untilDone(
      () => this.options.position(at.topic, at.partition),
      () => generation === this.generation,
    );
    if (generation !== this.generation || offset === undefined) return false;
    this.loop.seek(at, offset ?? 0);
    return true;
  }

  private async take(batch: LoopBatch): Promise<void> {
    // The seek that follows makes a batch that was fetched before it stale.
    if ((await this.starts.get(keyOf(batch))) && batch.live()) await this.writeAll(batch);
  }

  private async writeAll(batch: LoopBatch): Promise<void> {
    const { maxRecords } = this.options;
    for (let at = 0; at < batch.records.length; at += maxRecords) {
      const range = batch.records.slice(at, at + maxRecords);
      if (!(await this.write(batch, range))) return;
      batch.resolve(range.at(-1)!.offset + 1);
      if (!batch.live()) return;
      await batch.heartbeat();
    }
  }

  private async write(batch: LoopBatch, range: InRecord[]): Promise<boolean> {
    const work = async (): Promise<true> => {
      await this.options.write(batch.topic, batch.partition, range);
      return true;
    };
    return (await this.untilDone(work, () => batch.live())) === true && batch.owned();
  }

  /** Tries the same work again and again, as long as it is wanted. */
  private async untilDone<T>(work: () => Promise<T>, wanted: () => boolean): Promise<T | undefined> {
    for (const backoff = new Backoff(100, 2_000); wanted();) {
      try {
        const result = await work();
        this.failingSinceMs = null;
        return result;
      } catch (error) {
        this.failingSinceMs ??= Date.now();
        this.client.log.warn('the store does not take records, trying again', {
          sink: this.options.groupId,
          cause: String(error),
        });
        await pause(backoff.nextMs());
      }
    }
    return undefined;
  }
}

const keyOf = ({ topic, partition }: PartitionAt): string => `${topic} ${partition}`;

/** A consumer waits for open transactions in all of its topics or in none, so there may be two. */
export function createSink(connection: KafkaConnection, options: SinkOptions): Sink {
  const sinks = groupsOf(options.groupId, options.topics).map(
    (group) => new StoreSink(clientOf(connection), { ...options, ...group }),
  );
  return {
    start: async () => void (await Promise.all(sinks.map((sink) => sink.start()))),
    healthy: () => sinks.every((sink) => sink.healthy()),
    lag: () => sinks.reduce((sum, sink) => sum + sink.lag(), 0),
    close: async () => void (await Promise.all(sinks.map((sink) => sink.close()))),
  };
}
