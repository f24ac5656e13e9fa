import { CountersignError } from '@countersign/canonical';
import { AppendCall } from './append-call.js';
import type { AppendItem } from './append-call.js';
import { AppendQueue } from './append-queue.js';
import { clientOf } from './client.js';
import type { Client } from './client.js';
import { Backoff, pause, yieldToLoop } from './pace.js';
import { PlainSender } from './plain-sender.js';
import type { Appended, Appender, AppenderOptions, AppendOptions, KafkaConnection, OutRecord } from './port.js';
import { MAX_SEND_BYTES } from './records.js';

/** Broker verdicts about a record itself: sending it again changes nothing. */
const REFUSALS = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'TOPIC_AUTHORIZATION_FAILED',
]);

/**
 * Group commit: while one send is in flight, callers queue up and share the next one. There is never a second send in
 * flight, not even for other topics: with concurrent sends a cut connection lost 5 of 50 acknowledged records.
 */
class GroupCommit implements Appender {
  private readonly queue = new AppendQueue();
  private readonly sender: PlainSender;
  private pumping: Promise<void> | null = null;
  private closed = false;

  constructor(
    private readonly client: Client,
    private readonly options: Required<AppenderOptions>,
  ) {
    this.sender = new PlainSender(client);
  }

  append(records: OutRecord[], { deadlineMs = 5_000 }: AppendOptions = {}): Promise<Appended[]> {
    if (this.closed || this.queue.length + records.length > this.options.maxQueuedRecords)
      return Promise.reject(
        new CountersignError('overloaded', 'Too much waits to be written; nothing was written.', { retry_after: 1 }),
      );
    const call = new AppendCall(records, deadlineMs);
    this.queue.push(call);
    this.pumping ??= this.pump();
    return call.answer;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.pumping;
    await this.sender.discard();
  }

  private async pump(): Promise<void> {
    // Callers of the same turn of the event loop share the first send.
    await yieldToLoop();
    for (;;) {
      const items = this.queue.take(this.options.maxBatchRecords, MAX_SEND_BYTES);
      if (items.length === 0) break;
      await this.deliver(items);
    }
    this.pumping = null;
  }

  /** Sends until every call of these records is acknowledged, refused or past its deadline. */
  private async deliver(items: readonly AppendItem[]): Promise<void> {
    const backoff = new Backoff(20, 500);
    let waiting = items;
    while (waiting.length > 0) {
      const error = await this.trySend(waiting);
      if (error && isRefusal(error)) return this.deliverApart(waiting, error);
      if (error) await pause(backoff.nextMs());
      waiting = waiting.filter(({ call }) => error !== null && !call.settled);
    }
  }

  private async trySend(items: readonly AppendItem[]): Promise<Error | null> {
    for (const { call } of items) call.attempted = true;
    try {
      const appended = await this.sender.send(items.map(({ record }) => record));
      items.forEach(({ call, index }, at) => call.acknowledge(index, appended[at]!));
      return null;
    } catch (error) {
      this.client.log.warn('append failed, sending again with a new producer', {
        records: items.length,
        cause: String(error),
      });
      return error as Error;
    }
  }

  /** One record that the broker refuses must not fail those that share its batch. */
  private async deliverApart(items: readonly AppendItem[], refusal: Error): Promise<void> {
    if (items.length > 1) {
      for (const item of items) await this.deliver([item]);
      return;
    }
    items[0]!.call.fail(new CountersignError('too_large', 'The log refuses the record.', {}, { cause: refusal }));
  }
}

function isRefusal(error: unknown): boolean {
  const { type, cause } = error as { type?: string; cause?: unknown };
  return (type !== undefined && REFUSALS.has(type)) || (cause !== undefined && isRefusal(cause));
}

export const createAppender = (connection: KafkaConnection, options: AppenderOptions = {}): Appender =>
  new GroupCommit(clientOf(connection), { maxBatchRecords: 1_000, maxQueuedRecords: 20_000, ...options });
