import kafkajs from 'kafkajs';
import type { Producer, RecordMetadata } from 'kafkajs';
import type { Client } from './client.js';
import { within } from './pace.js';
import type { Appended, OutRecord } from './port.js';
import { byTopic, toMessage } from './records.js';

/** Longer than both attempts that the client makes inside one send. */
const SEND_LIMIT_MS = 10_000;

interface Placed {
  readonly topic: string;
  readonly partition: number;
  readonly message: ReturnType<typeof toMessage> & { partition: number };
}

/**
 * A plain idempotent producer for one send at a time. After any error it is thrown away and the next send makes a new one:
 * a producer whose answer was lost may number its next batch wrongly, and an acknowledged record is then missing.
 */
export class PlainSender {
  private producer: Promise<Producer> | null = null;
  private readonly partitions = new Map<string, Promise<number>>();
  private readonly place = kafkajs.Partitioners.DefaultPartitioner();

  constructor(private readonly client: Client) {}

  /** Appends all or throws; after a throw any of the records may or may not be in the log. */
  async send(records: readonly OutRecord[]): Promise<Appended[]> {
    const placed = await Promise.all(records.map((record) => this.placed(record)));
    const producer = (this.producer ??= this.open());
    try {
      const request = { acks: -1, timeout: 3_000, topicMessages: byTopic(placed) };
      const metadata = await within(
        SEND_LIMIT_MS,
        'append',
        producer.then((ready) => ready.sendBatch(request)),
      );
      return locate(placed, metadata);
    } catch (error) {
      void this.discard();
      throw error;
    }
  }

  async discard(): Promise<void> {
    const old = this.producer;
    this.producer = null;
    await old?.then((producer) => producer.disconnect()).catch(() => undefined);
  }

  private async open(): Promise<Producer> {
    const producer = this.client.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      retry: { initialRetryTime: 20, retries: 1 },
    });
    await producer.connect();
    return producer;
  }

  private async placed(record: OutRecord): Promise<Placed> {
    const { topic } = record;
    const message = toMessage(record);
    const partitionMetadata = Array.from({ length: await this.count(topic) }, (_, partitionId) => ({
      partitionId,
      leader: 0,
    }));
    const partition = this.place({ topic, partitionMetadata: partitionMetadata as never, message });
    return { topic, partition, message: { ...message, partition } };
  }

  /** Partition counts never change (`infra/kafka/topics.json`), so they are asked for once. */
  private count(topic: string): Promise<number> {
    const known = this.partitions.get(topic);
    if (known) return known;
    const asked = this.client.ask(async (admin) => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      return topics[0]!.partitions.length;
    });
    this.partitions.set(topic, asked);
    asked.catch(() => this.partitions.delete(topic));
    return asked;
  }
}

/** Counts on from the base offset of each partition: the broker keeps the order of a batch. */
function locate(placed: readonly Placed[], metadata: readonly RecordMetadata[]): Appended[] {
  const bases = new Map(metadata.map((row) => [`${row.topicName} ${row.partition}`, row]));
  const counts = new Map<string, number>();
  return placed.map(({ topic, partition }) => {
    const key = `${topic} ${partition}`;
    const base = Number(bases.get(key)?.baseOffset ?? -1);
    const logTime = Number(bases.get(key)?.logAppendTime ?? -1);
    const index = counts.get(key) ?? 0;
    counts.set(key, index + 1);
    return { topic, partition, offset: base < 0 ? null : base + index, timestampMs: logTime < 0 ? null : logTime };
  });
}
