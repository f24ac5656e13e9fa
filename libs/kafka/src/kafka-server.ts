import { Server } from '@nestjs/microservices';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { clientOf } from './client.js';
import type { Client } from './client.js';
import { ConsumerLoop } from './consumer-loop.js';
import { asFault, handledOf, isOfTheMachine } from './handler-result.js';
import type { LoopBatch } from './loop-batch.js';
import { Backoff, pause, within } from './pace.js';
import type { Handled, InRecord, KafkaServerOptions } from './port.js';
import type { PartitionAt } from './progress.js';
import { RecordDesk } from './record-desk.js';
import type { Tried } from './record-desk.js';
import { groupsOf } from './wire/isolation.js';

/** An unknown fault of one record is tried this often in all. */
const TRIES = 3;
/** A handler that needs longer counts as failed, milliseconds. */
const HANDLER_LIMIT_MS = 20_000;
const DRAIN_LIMIT_MS = 10_000;
/** A partition whose desk is full looks again after this long, milliseconds. */
const FULL_REST_MS = 500;

/**
 * Nest transport: `@EventPattern('<topic>')` handlers, driven by whole batches. Records start in order without waiting for
 * each other, and none holds its neighbours for more than a second. Delivery is at least once. What is in a record never
 * stops a consumer: an unknown fault is tried three times and is then a dead letter `internal`.
 */
export class KafkaServer extends Server implements CustomTransportStrategy {
  private readonly client: Client;
  private loops: ConsumerLoop[] = [];
  private readonly desks = new Map<string, { readonly topic: string; readonly desk: RecordDesk }>();

  constructor(private readonly options: KafkaServerOptions) {
    super();
    this.client = clientOf(options.connection);
  }

  listen(callback: (error?: Error) => void): void {
    const topics = [...this.messageHandlers.keys()];
    if (topics.length > 0) this.loops = groupsOf(this.options.groupId, topics).map((group) => this.makeLoop(group));
    for (const loop of this.loops) loop.start();
    callback();
  }

  async close(): Promise<void> {
    await Promise.all([...this.desks.values()].map(({ desk }) => desk.close(DRAIN_LIMIT_MS)));
    await Promise.all(this.loops.map((loop) => loop.close()));
  }

  healthy(): boolean {
    return this.loops.length > 0 && this.loops.every((loop) => loop.healthy());
  }

  lag(): number {
    return this.loops.reduce((sum, loop) => sum + loop.lag(), 0);
  }

  /** Records that were left behind and are tried again while their neighbours go on. */
  waiting(): number {
    return [...this.desks.values()].reduce((sum, { desk }) => sum + desk.waiting, 0);
  }

  on(): void {
    throw new Error('this transport has no events');
  }

  unwrap<T>(): T {
    throw new Error('the client library is not for others');
  }

  private makeLoop({ groupId, topics }: { groupId: string; topics: string[] }): ConsumerLoop {
    const loop: ConsumerLoop = new ConsumerLoop(this.client, {
      ...{ name: groupId, groupId, topics, concurrency: 4, commitEveryMs: 250 },
      onAssigned: () => this.clearDesks(topics),
      onBatch: (batch) => this.work(loop, batch),
    });
    return loop;
  }

  /** What was left behind comes again, from the committed offset. */
  private clearDesks(topics: readonly string[]): void {
    for (const [key, { topic, desk }] of this.desks) {
      if (!topics.includes(topic)) continue;
      void desk.close(0);
      this.desks.delete(key);
    }
  }

  private async work(loop: ConsumerLoop, batch: LoopBatch): Promise<void> {
    const desk = this.deskOf(loop, batch);
    for (let at = 0; at < batch.records.length;) {
      if (desk.room === 0) return batch.rest(FULL_REST_MS);
      const slice = batch.records.slice(at, at + desk.room);
      const next = slice.at(-1)!.offset + 1;
      await desk.take(slice);
      at += slice.length;
      if (!batch.owned()) return;
      desk.passed(at < batch.records.length ? next : batch.nextOffset);
      batch.resolve(next, desk.position);
      if (!batch.live()) return;
      await batch.heartbeat();
    }
  }

  private deskOf(loop: ConsumerLoop, { topic, partition }: PartitionAt): RecordDesk {
    const [key, at] = [`${topic} ${partition}`, { topic, partition }];
    const known = this.desks.get(key);
    if (known) return known.desk;
    const desk: RecordDesk = new RecordDesk({
      try: async (record) => {
        loop.alive(at);
        return this.try(record);
      },
      onSettled: (position) => void (this.desks.get(key)?.desk === desk && loop.moved(at, position)),
      onStop: (error) => loop.fail(error),
    });
    this.desks.set(key, { topic, desk });
    return desk;
  }

  private async try(record: InRecord): Promise<Tried> {
    let handled: Handled;
    try {
      handled = await this.handle(record);
    } catch (error) {
      const fault = asFault(error);
      if (isOfTheMachine(fault)) return { kind: 'stop', error: fault };
      handled = this.given(record, fault);
    }
    if (handled.kind === 'dead_letter') return this.bury(record, handled.reason, handled.detail);
    if (handled.kind === 'done') return { kind: 'settled' };
    this.client.log.warn('handler asks for a retry', placeOf(record, handled.reason));
    return { kind: 'retry' };
  }

  /** @throws the fault of the last try */
  private async handle(record: InRecord): Promise<Handled> {
    const handler = this.messageHandlers.get(record.topic)!;
    const backoff = new Backoff(100, 1_000);
    for (let left = TRIES - 1; ; left--) {
      try {
        return await within(HANDLER_LIMIT_MS, 'a handler', handledOf(handler(record, undefined)));
      } catch (error) {
        if (left === 0) throw error;
        await pause(backoff.nextMs());
      }
    }
  }

  /** The log has the fault itself; its message may speak of what is in the record, so the letter has its name only. */
  private given(record: InRecord, fault: Error): Handled {
    this.client.log.error('a record is given up after an unknown fault', {
      ...placeOf(record, 'internal'),
      cause: fault.stack ?? String(fault),
    });
    const detail = `${TRIES} tries ended with an unknown fault (${fault.name}); the log of the service says more`;
    return { kind: 'dead_letter', reason: 'internal', detail };
  }

  private async bury(record: InRecord, reason: string, detail: string): Promise<Tried> {
    try {
      await this.options.deadLetter(record, reason, detail);
      this.client.log.warn('dead letter', placeOf(record, reason));
      return { kind: 'settled' };
    } catch (error) {
      const why = `the dead letter could not be written: ${asFault(error).message}`;
      this.client.log.warn('a dead letter waits', placeOf(record, why));
      return { kind: 'retry' };
    }
  }
}

const placeOf = ({ topic, partition, offset }: InRecord, reason: string) => ({ topic, partition, offset, reason });
