import kafkajs from 'kafkajs';
import type { Producer, Transaction } from 'kafkajs';
import type { Client } from './client.js';
import { committedOffset } from './offsets.js';
import { within } from './pace.js';
import type { OutRecord } from './port.js';
import { byTopic, inSends, toMessage } from './records.js';

export interface ExactSource {
  readonly transactionalId: string;
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
}

/** The broker ends a transaction that is older than this, milliseconds. */
const TRANSACTION_MS = 10_000;
const OPEN_LIMIT_MS = 20_000;
const PUBLISH_LIMIT_MS = 9_000;

/**
 * One transactional producer for one input partition, for one transaction at a time. After any error it is useless: its
 * next commit may say OK and lose a message. `open` makes a new one under the same id, which fences the old one.
 */
export class ExactSender {
  private producer: Producer | null = null;
  /** Begun by `open`, so that the id is fenced before the committed offset is read. */
  private begun: Transaction | null = null;
  /**
   * Partitions on which a transaction of this producer was aborted. A broker that dies between a commit and its markers
   * may forget the markers ("likely deleted … can be skipped"): what the predecessor wrote hangs without an end, its offset
   * is not moved, and the next commit under this id would publish it beside the repetition. So the first transaction on
   * each partition is aborted, which ends whatever hangs there, and sent once more.
   */
  private readonly swept = new Set<string>();

  constructor(
    private readonly client: Client,
    private readonly source: ExactSource,
  ) {}

  /** Ends whatever a predecessor left open, then reads what was committed: null when nothing ever was. */
  async open(): Promise<number | null> {
    void this.close();
    const producer = this.client.kafka.producer({
      transactionalId: this.source.transactionalId,
      transactionTimeout: TRANSACTION_MS,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      retry: { initialRetryTime: 5, multiplier: 1.5, maxRetryTime: 500, retries: 10 },
    });
    this.producer = producer;
    this.swept.clear();
    this.begun = await within(
      OPEN_LIMIT_MS,
      'transactional producer',
      producer.connect().then(() => producer.transaction()),
    );
    return committedOffset(this.client, this.source.groupId, this.source.topic, this.source.partition);
  }

  /**
   * Publishes the records and moves the committed offset to `nextOffset`, both or neither.
   * @throws when the outcome is unknown, or when `owned` said no: `open` tells what was committed
   */
  publish(records: readonly OutRecord[], nextOffset: number, owned: () => boolean): Promise<void> {
    return within(PUBLISH_LIMIT_MS, 'transaction', this.transact(records, nextOffset, owned));
  }

  async close(): Promise<void> {
    const producer = this.producer;
    this.producer = null;
    this.begun = null;
    await producer?.disconnect().catch(() => undefined);
  }

  private async transact(records: readonly OutRecord[], nextOffset: number, owned: () => boolean): Promise<void> {
    let { transaction, touched } = await this.fill(records, nextOffset);
    if (touched.some((at) => !this.swept.has(at))) {
      await transaction.abort();
      for (const at of touched) this.swept.add(at);
      ({ transaction, touched } = await this.fill(records, nextOffset));
    }
    if (!owned()) throw new Error('the partition was taken away before the commit');
    await transaction.commit();
  }

  private async fill(records: readonly OutRecord[], nextOffset: number) {
    const { groupId, topic, partition } = this.source;
    const transaction = await this.take();
    const touched: string[] = [];
    for (const send of inSends(records)) {
      const topicMessages = byTopic(send.map((record) => ({ topic: record.topic, message: toMessage(record) })));
      const rows = await transaction.sendBatch({ acks: -1, timeout: 3_000, topicMessages });
      touched.push(...rows.map((row) => `${row.topicName} ${row.partition}`));
    }
    const topics = [{ topic, partitions: [{ partition, offset: String(nextOffset) }] }];
    await transaction.sendOffsets({ consumerGroupId: groupId, topics });
    return { transaction, touched };
  }

  private async take(): Promise<Transaction> {
    const { begun, producer } = this;
    this.begun = null;
    if (begun) return begun;
    if (!producer) throw new Error('the producer is closed');
    return producer.transaction();
  }
}
