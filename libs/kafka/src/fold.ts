import { randomUUID } from 'node:crypto';
import { clientOf } from './client.js';
import type { Client } from './client.js';
import { ConsumerLoop } from './consumer-loop.js';
import type { LoopBatch } from './loop-batch.js';
import { endOffsets, startOffsets } from './offsets.js';
import type { Offsets } from './offsets.js';
import { Backoff, pause, within } from './pace.js';
import type { Fold, FoldOptions, InRecord, KafkaConnection } from './port.js';
import type { PartitionAt } from './progress.js';
import { lingering } from './make-consumer.js';
import { inSlices } from './slices.js';

/** An idle fold hears from the broker twice a second. One that has heard nothing for this long may be behind, milliseconds. */
const FRESH_MS = 3_000;

/**
 * Reads all partitions in every instance. The fold's own next offset is the only truth: on every join it seeks there, and
 * what is below it is dropped. The client library has no assignment without a group, so each instance is a group of one.
 */
class TopicFold implements Fold {
  private readonly loop: ConsumerLoop;
  private next: Offsets = new Map();
  private started = false;
  private closed = false;
  /** Those who wait until the fold has reached certain ends. */
  private waiting: { readonly ends: Offsets; readonly resolve: () => void; readonly reject: (fault: Error) => void }[] =
    [];

  constructor(
    private readonly client: Client,
    private readonly options: FoldOptions,
  ) {
    this.loop = new ConsumerLoop(client, {
      name: options.groupPrefix,
      // A group of its own for every consumer: a successor need not wait until a dead predecessor's session has run out.
      groupId: () => `${options.groupPrefix}-${randomUUID()}`,
      topics: options.topics,
      commitEveryMs: null,
      ...lingering(options.lingerMs),
      onAssigned: (assigned) =>
        assigned.forEach((at) => this.loop.seek(at, this.position(at.topic, at.partition) ?? 0)),
      onBatch: (batch) => this.fold(batch),
      onSkipped: (at, offset) => this.advance(at, offset),
    });
  }

  async start(): Promise<void> {
    const ends = await this.learnBounds();
    if (this.closed) throw closedFault();
    this.loop.start();
    await this.reached(ends);
    this.started = true;
  }

  async catchUp(withinMs = 5_000): Promise<void> {
    const ends = await endOffsets(this.client, this.options.topics);
    await within(withinMs, 'catching up with the log', this.reached(ends));
  }

  passed(topic: string, partition: number, offset: number): Promise<void> {
    return this.reached(new Map([[topic, new Map([[partition, offset + 1]])]]));
  }

  position(topic: string, partition: number): number | null {
    return this.next.get(topic)?.get(partition) ?? null;
  }

  lag(): number {
    return this.loop.lag();
  }

  healthy(): boolean {
    return this.started && this.loop.healthy() && this.loop.fetchedAgoMs() < FRESH_MS;
  }

  close(): Promise<void> {
    this.closed = true;
    for (const { reject } of this.waiting.splice(0)) reject(closedFault());
    return this.loop.close();
  }

  /** The cluster may be starting as well; there is nothing to do without it. */
  private async learnBounds(): Promise<Offsets> {
    for (const backoff = new Backoff(100, 2_000); ;) {
      try {
        const ends = await endOffsets(this.client, this.options.topics);
        this.next = await startOffsets(this.client, this.options.topics, this.options.startTimestampMs(Date.now()));
        return ends;
      } catch (error) {
        this.client.log.warn('the fold waits for the cluster', { cause: String(error) });
        await pause(backoff.nextMs());
        if (this.closed) throw closedFault();
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
    if (this.waiting.length === 0) return;
    const [there, waiting] = [
      this.waiting.filter(({ ends }) => this.has(ends)),
      this.waiting.filter(({ ends }) => !this.has(ends)),
    ];
    this.waiting = waiting;
    for (const { resolve } of there) resolve();
  }

  private async reached(ends: Offsets): Promise<void> {
    if (this.has(ends)) return;
    if (this.closed) throw closedFault();
    await new Promise<void>((resolve, reject) => this.waiting.push({ ends, resolve, reject }));
  }

  private has(ends: Offsets): boolean {
    for (const [topic, partitions] of ends)
      for (const [partition, end] of partitions) if ((this.position(topic, partition) ?? 0) < end) return false;
    return true;
  }
}

/** Whoever waits for a fold that is closed would wait for ever. */
const closedFault = (): Error => new Error('the fold was closed before it had read the log');

export const createFold = (connection: KafkaConnection, options: FoldOptions): Fold =>
  new TopicFold(clientOf(connection), options);
