import kafkajs from 'kafkajs';
import { connectTo, eventually, KafkaProxy, testBroker, testTopic, textOf, textRecord } from '@countersign/testing';
import { createAppender, createFold } from './index.js';
import type { Appender, Fold, FoldOptions, InRecord, KafkaConnection } from './index.js';

describe('fold', () => {
  let brokers: string[];
  let direct: KafkaConnection;
  let appender: Appender;
  let topic: string;
  const open: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    brokers = (await testBroker()).brokers;
    direct = connectTo(brokers);
    appender = createAppender(direct);
  }, 60_000);

  beforeEach(async () => {
    topic = await testTopic(direct);
  });

  afterEach(async () => {
    for (const part of open.splice(0).reverse()) await part.close();
  });

  afterAll(async () => {
    await appender.close();
    await direct.close();
  });

  const fold = (seen: InRecord[], options: Partial<FoldOptions> = {}, connection = direct): Fold => {
    const made = createFold(connection, {
      topics: [topic],
      groupPrefix: 'spec',
      startTimestampMs: () => 'earliest',
      onRecord: (record) => void seen.push(record),
      ...options,
    });
    open.push(made);
    return made;
  };

  const write = (from: number, to: number): Promise<unknown> =>
    appender.append(
      Array.from({ length: to - from }, (_, index) => textRecord(topic, `k${from + index}`, `v${from + index}`)),
    );

  const values = (from: number, to: number): string[] =>
    Array.from({ length: to - from }, (_, index) => `v${from + index}`);

  it('has folded everything that was there when start resolves, in order', async () => {
    await write(0, 500);
    const seen: InRecord[] = [];
    const made = fold(seen);
    await made.start();
    expect(seen.map(textOf).sort()).toEqual(values(0, 500).sort());
    for (const partition of [0, 1, 2, 3]) {
      const offsets = seen.filter((record) => record.partition === partition).map(({ offset }) => offset);
      expect(offsets).toEqual(offsets.map((_, index) => index));
      expect(made.position(topic, partition)).toBe(offsets.length);
    }
    expect(made.healthy()).toBe(true);
  });

  it('folds a new record within milliseconds', async () => {
    const seen: InRecord[] = [];
    await fold(seen).start();
    const delays: number[] = [];
    for (let turn = 0; turn < 10; turn++) {
      await write(turn, turn + 1);
      const appended = performance.now();
      await eventually(() => expect(seen).toHaveLength(turn + 1), { everyMs: 1 });
      delays.push(performance.now() - appended);
    }
    expect(delays.sort((left, right) => left - right)[5]).toBeLessThan(50);
  });

  it('knows what others were told once it has caught up', async () => {
    const seen: InRecord[] = [];
    const made = fold(seen);
    await made.start();
    for (let turn = 0; turn < 20; turn++) {
      await write(turn, turn + 1);
      await made.catchUp();
      expect(seen).toHaveLength(turn + 1);
    }
  });

  it('starts at a log time', async () => {
    await write(0, 5);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const between = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await write(5, 9);
    const seen: InRecord[] = [];
    await fold(seen, { startTimestampMs: () => between }).start();
    expect(seen.map(textOf).sort()).toEqual(values(5, 9));
  });

  it('skips nothing and repeats nothing after a pause in which the group gave it up', async () => {
    const proxy = new KafkaProxy(brokers[0]!);
    open.push(proxy);
    const connection = connectTo([await proxy.listen()]);
    const seen: InRecord[] = [];
    await write(0, 50);
    const made = fold(seen, {}, connection);
    await made.start();
    proxy.freeze();
    await write(50, 100);
    await new Promise((resolve) => setTimeout(resolve, 8_000));
    await write(100, 150);
    proxy.thaw();
    await eventually(() => expect(seen.length).toBeGreaterThanOrEqual(150), { withinMs: 20_000 });
    expect(seen.map(textOf).sort()).toEqual(values(0, 150).sort());
    await connection.close();
  }, 40_000);

  it('gets past control records and aborted records', async () => {
    const producer = new kafkajs.Kafka({ brokers, clientId: 'spec', logLevel: kafkajs.logLevel.NOTHING }).producer({
      transactionalId: topic,
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    open.push({ close: () => producer.disconnect() });
    const transact = async (value: string, end: 'commit' | 'abort'): Promise<void> => {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ key: 'k', value, partition: 0 }] });
      await transaction[end]();
    };
    await transact('first', 'commit');
    const seen: InRecord[] = [];
    const made = fold(seen);
    await made.start();
    await transact('second', 'abort');
    await eventually(() => expect(made.position(topic, 0)).toBe(4));
    await transact('third', 'commit');
    // The broker answers a commit before it has written the marker that makes the record visible.
    await eventually(() => expect(made.position(topic, 0)).toBe(6));
    expect(seen.map(textOf)).toEqual(['first', 'third']);
  });

  it('stops for good where the fold throws', async () => {
    await appender.append(['a', 'b', 'c'].map((value) => textRecord(topic, 'one key', value)));
    const seen: string[] = [];
    const made = fold([], {
      onRecord: (record) => {
        if (textOf(record) === 'b') throw new Error('cannot fold this');
        seen.push(textOf(record));
      },
    });
    const started = made.start();
    await eventually(() => expect(seen).toEqual(['a']));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(seen).toEqual(['a']);
    expect(made.healthy()).toBe(false);
    expect([0, 1, 2, 3].map((partition) => made.position(topic, partition))).toContain(1);
    const refused = expect(started).rejects.toThrow('the fold was closed before it had read the log');
    await made.close();
    await refused;
  });

  it('survives cut connections', async () => {
    const proxy = new KafkaProxy(brokers[0]!);
    open.push(proxy);
    const connection = connectTo([await proxy.listen()]);
    const seen: InRecord[] = [];
    await fold(seen, {}, connection).start();
    proxy.lose({ api: 'Fetch', every: 4, how: 'cut' });
    for (let part = 0; part < 10; part++) await write(part * 20, part * 20 + 20);
    await eventually(() => expect(seen.length).toBeGreaterThanOrEqual(200), { withinMs: 25_000 });
    expect(seen.map(textOf).sort()).toEqual(values(0, 200).sort());
    await connection.close();
  }, 40_000);
});
