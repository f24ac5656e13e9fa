import { Server } from '@nestjs/microservices';
import type { CustomTransportStrategy, MessageHandler } from '@nestjs/microservices';
import { clientOf } from './client.js';
import type { Client } from './client.js';
import { ConsumerLoop } from './consumer-loop.js';
import { asFault, handledOf } from './handler-result.js';
import type { LoopBatch } from './loop-batch.js';
import { Backoff } from './pace.js';
import type { InRecord, KafkaServerOptions } from './port.js';
import { planSlice } from './slice-plan.js';
import type { SlicePlan, SliceResult } from './slice-plan.js';

/** Handlers of one partition that run at a time; their appends share batches. */
const SLICE_RECORDS = 500;

/**
 * Nest transport: `@EventPattern('<topic>')` handlers, driven by whole batches. Handlers of a slice start in order without
 * waiting for each other; the offset moves when all have answered. Delivery is at least once.
 */
export class KafkaServer extends Server implements CustomTransportStrategy {
  private readonly client: Client;
  private loop: ConsumerLoop | null = null;
  private readonly waits = new Map<string, Backoff>();

  constructor(private readonly options: KafkaServerOptions) {
    super();
    this.client = clientOf(options.connection);
  }

  listen(callback: (error?: Error) => void): void {
    const topics = [...this.messageHandlers.keys()];
    if (topics.length > 0) {
      this.loop = new ConsumerLoop(this.client, {
        name: this.options.groupId,
        groupId: this.options.groupId,
        topics,
        concurrency: 4,
        commitEveryMs: 250,
        onBatch: (batch) => this.work(batch),
      });
      this.loop.start();
    }
    callback();
  }

  async close(): Promise<void> {
    await this.loop?.close();
  }

  healthy(): boolean {
    return this.loop?.healthy() ?? false;
  }

  lag(): number {
    return this.loop?.lag() ?? 0;
  }

  on(): void {
    throw new Error('this transport has no events');
  }

  unwrap<T>(): T {
    throw new Error('the client library is not for others');
  }

  private async work(batch: LoopBatch): Promise<void> {
    for (let at = 0; at < batch.records.length; at += SLICE_RECORDS) {
      const slice = batch.records.slice(at, at + SLICE_RECORDS);
      const plan = planSlice(await this.settle(batch, slice));
      if (!batch.owned()) return;
      this.resolve(batch, slice, plan);
      if (plan.then === 'stop') return this.loop?.fail(plan.error);
      if (plan.then === 'rest') return this.rest(batch, plan.reason);
      this.waits.delete(`${batch.topic} ${batch.partition}`);
      if (!batch.live()) return;
      await batch.heartbeat();
    }
  }

  private resolve(batch: LoopBatch, slice: readonly InRecord[], plan: SlicePlan): void {
    const last = slice[plan.done - 1];
    if (last) batch.resolve(last.offset + 1);
  }

  private settle(batch: LoopBatch, slice: readonly InRecord[]): Promise<SliceResult[]> {
    const handler = this.messageHandlers.get(batch.topic)!;
    return Promise.all(slice.map((record) => this.handle(handler, record)));
  }

  private async handle(handler: MessageHandler, record: InRecord): Promise<SliceResult> {
    try {
      const handled = await handledOf(handler(record, undefined));
      return handled.kind === 'dead_letter' ? await this.bury(record, handled.reason, handled.detail) : handled;
    } catch (error) {
      return { kind: 'fault', error: asFault(error) };
    }
  }

  private async bury(record: InRecord, reason: string, detail: string): Promise<SliceResult> {
    try {
      await this.options.deadLetter(record, reason, detail);
      this.client.log.warn('dead letter', {
        topic: record.topic,
        partition: record.partition,
        offset: record.offset,
        reason,
      });
      return { kind: 'done' };
    } catch (error) {
      return { kind: 'retry', reason: `the dead letter could not be written: ${asFault(error).message}` };
    }
  }

  private rest(batch: LoopBatch, reason: string): void {
    const key = `${batch.topic} ${batch.partition}`;
    const backoff = this.waits.get(key) ?? new Backoff(100, 5_000);
    this.waits.set(key, backoff);
    const waitMs = backoff.nextMs();
    this.client.log.warn('handler asks for a retry', {
      topic: batch.topic,
      partition: batch.partition,
      reason,
      wait_ms: waitMs,
    });
    batch.rest(waitMs);
  }
}
