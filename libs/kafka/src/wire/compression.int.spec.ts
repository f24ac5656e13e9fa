import kafkajs from 'kafkajs';
import { gzipSync } from 'node:zlib';
import { connectTo, eventually, javaProducer, readAll, testBroker, testTopic, textOf } from '@countersign/testing';
import { createFold } from '../index.js';
import type { Fold, InRecord, KafkaConnection } from '../index.js';

const MIB = 1_024 * 1_024;

describe('what other makers write', () => {
  let connection: KafkaConnection;
  let brokers: string[];
  const folds: Fold[] = [];

  beforeAll(async () => {
    ({ brokers } = await testBroker());
    connection = connectTo(brokers);
  }, 60_000);

  afterAll(async () => {
    for (const fold of folds) await fold.close();
    await connection.close();
  });

  it('is read whatever the Java client compresses it with', async () => {
    const topic = await testTopic(connection, 1);
    const lines = Array.from({ length: 400 }, (_, index) => `{"line":${index},"text":"${'xyz'.repeat(index)}"}`);
    for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd'])
      await javaProducer({ brokers, topic, codec, lines: lines.map((line) => `${codec} ${line}`) });
    const read = await readAll(connection, topic);
    expect(read.map(textOf)).toEqual(
      ['none', 'gzip', 'snappy', 'lz4', 'zstd'].flatMap((codec) => lines.map((line) => `${codec} ${line}`)),
    );
  }, 120_000);

  it('holds nobody when it unpacks to too much', async () => {
    const topic = await testTopic(connection, 1);
    const producer = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING }).producer();
    await producer.connect();
    const compression = kafkajs.CompressionTypes.GZIP;
    const send = (...values: (string | Buffer)[]): Promise<unknown> =>
      producer.send({ topic, compression, messages: values.map((value) => ({ value })) });
    await send('before');
    await send('small', Buffer.alloc(20 * MIB));
    await send('after');
    await producer.disconnect();

    const seen: InRecord[] = [];
    const fold = createFold(connection, {
      topics: [topic],
      groupPrefix: 'spec-bomb',
      startTimestampMs: () => 'earliest',
      onRecord: (record) => void seen.push(record),
    });
    folds.push(fold);
    await fold.start();
    expect(seen.map(({ unreadable, ...record }) => unreadable?.detail ?? textOf(record))).toEqual([
      'before',
      'the batch of offsets 1 to 2 cannot be read: it unpacks to more than 8388608 bytes',
      'after',
    ]);
    expect(gzipSync(Buffer.alloc(20 * MIB)).length).toBeLessThan(seen[1]!.value!.length + 1_000);
    await eventually(() => expect(fold.healthy()).toBe(true));
    expect(fold.lag()).toBe(0);
  }, 30_000);
});
