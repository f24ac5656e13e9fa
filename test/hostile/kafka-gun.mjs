import kafkajs from 'kafkajs';
import { useCodec } from './compression.mjs';

const { Kafka, logLevel, Partitioners } = kafkajs;

/** Clients of the broker that write as they like. */
export class KafkaGun {
  #kafka;
  #producer;
  #open = [];

  constructor(brokers) {
    const patience = { connectionTimeout: 20_000, requestTimeout: 30_000 };
    this.#kafka = new Kafka({
      brokers,
      logLevel: logLevel.NOTHING,
      clientId: 'hostile',
      retry: { retries: 0 },
      ...patience,
    });
    this.#producer = this.#client();
  }

  #client(more = {}) {
    return this.#kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, retry: { retries: 0 }, ...more });
  }

  /** Tries again: the attacker is the last to get the processor. */
  async connect(tries = 5) {
    for (let left = tries; ; left -= 1) {
      const fault = await this.#producer.connect().then(
        () => null,
        (error) => error,
      );
      if (fault === null) return;
      if (left <= 1) throw fault;
    }
  }

  /** @returns {Promise<string>} `taken`, or the broker's word for its refusal */
  async send(topic, message, coded = null) {
    const compression = coded === null ? {} : { compression: useCodec(coded.codec, coded.compress) };
    try {
      await this.#producer.send({ topic, messages: [message], ...compression });
      return 'taken';
    } catch (error) {
      return `broker: ${error.type ?? error.cause?.type ?? error.name}`;
    }
  }

  /** Writes inside of a transaction over all partitions and then says no more. */
  async leaveOpen(topic, partitions, name) {
    const producer = this.#client({
      transactionalId: name,
      transactionTimeout: 600_000,
      idempotent: true,
      retry: { retries: 8 },
      maxInFlightRequests: 1,
    });
    await producer.connect();
    const transaction = await producer.transaction();
    const messages = Array.from({ length: partitions }, (_, partition) => ({ partition, key: 'k', value: 'open' }));
    await transaction.send({ topic, messages });
    this.#open.push(producer, transaction);
  }

  /** Ends what was left open, so that the cluster can be used again. */
  async close() {
    for (const one of this.#open) await (one.abort?.() ?? one.disconnect()).catch?.(() => undefined);
    await this.#producer.disconnect();
  }
}
