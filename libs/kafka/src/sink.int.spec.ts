import { connectTo, eventually, testBroker, testTopic, textRecord } from '@countersign/testing';
import { createAppender, createSink } from './index.js';
import type { Appender, InRecord, KafkaConnection, Sink, SinkOptions } from './index.js';

/** A store as the sink sees it: ranges by partition, and how far it got. */
class Store {
  readonly ranges: [partition: number, from: number, to: number][] = [];
  readonly asked: number[] = [];
  refuse = 0;
  readonly refused: [partition: number, from: number, to: number][] = [];

  position(partition: number): number | null {
    this.asked.push(partition);
    const ends = this.ranges.filter(([owner]) => owner === partition).map(([, , to]) => to + 1);
    return ends.length === 0 ? null : Math.max(...ends);
  }

  write(partition: number, records: InRecord[]): Promise<void> {
    const range: [number, number, number] = [partition, records[0]!.offset, records.at(-1)!.offset];
    if (records.some(({ offset }, index) => offset !== range[1] + index))
      return Promise.reject(new Error('not contiguous'));
    if (this.refuse-- > 0) {
      this.refused.push(range);
      return Promise.reject(new Error('store is down'));
    }
    this.ranges.push(range);
    return Promise.resolve();
  }

  covered(partition: number): number[] {
    return this.ranges
      .filter(([owner]) => owner === partition)
      .flatMap(([, from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index));
  }
}

describe('sink', () => {
  let connection: KafkaConnection;
  let appender: Appender;
  let topic: string;
  let store: Store;
  const open: Sink[] = [];

  beforeAll(async () => {
    connection = connectTo((await testBroker()).brokers);
    appender = createAppender(connection);
  }, 60_000);

  beforeEach(async () => {
    topic = await testTopic(connection, 2);
    store = new Store();
  });

  afterEach(async () => {
    for (const sink of open.splice(0)) await sink.close();
  });

  afterAll(async () => {
    await appender.close();
    await connection.close();
  });

  const start = async (options: Partial<SinkOptions> = {}): Promise<Sink> => {
    const sink = createSink(connection, {
      groupId: topic,
      topics: [topic],
      position: (_, partition) => Promise.resolve(store.position(partition)),
      write: (_, partition, records) => store.write(partition, records),
      maxRecords: 30,
      maxDelayMs: 100,
      ...options,
    });
    open.push(sink);
    await sink.start();
    return sink;
  };

  const write = async (count: number): Promise<number[]> => {
    const appended = await appender.append(
      Array.from({ length: count }, (_, index) => textRecord(topic, `k${index}`, 'v')),
    );
    return [0, 1].map((partition) =>
      Math.max(-1, ...appended.filter((row) => row.partition === partition).map(({ offset }) => offset!)),
    );
  };

  const upTo = (last: number, from = 0): number[] =>
    Array.from({ length: last + 1 - from }, (_, index) => from + index);

  it('writes contiguous ranges of bounded size, from the beginning of a new store', async () => {
    const last = await write(200);
    const sink = await start();
    await eventually(() =>
      expect([0, 1].map((partition) => store.covered(partition))).toEqual(last.map((offset) => upTo(offset))),
    );
    expect(Math.max(...store.ranges.map(([, from, to]) => to - from + 1))).toBe(30);
    expect(sink.healthy()).toBe(true);
  });

  it('starts where the store says, whatever the group committed', async () => {
    const last = await write(100);
    store.ranges.push([0, 0, 19]);
    await start();
    await eventually(() =>
      expect([0, 1].map((partition) => store.covered(partition))).toEqual(last.map((offset) => upTo(offset))),
    );
    expect(store.ranges[0]).toEqual([0, 0, 19]);
    expect(store.ranges.slice(1).filter(([partition]) => partition === 0)[0]![1]).toBe(20);
  });

  it('writes the same range again until the store takes it', async () => {
    store.refuse = 3;
    const last = await write(20);
    await start();
    await eventually(() =>
      expect([0, 1].map((partition) => store.covered(partition))).toEqual(last.map((offset) => upTo(offset))),
    );
    expect(store.refused).toHaveLength(3);
    for (const range of store.refused) expect(store.ranges).toContainEqual(range);
  });

  it('asks the store again when the group shares out its partitions, and misses nothing', async () => {
    await write(50);
    await start();
    await eventually(() => expect(store.ranges.length).toBeGreaterThan(1));
    const asked = store.asked.length;
    await start();
    await eventually(() => expect(store.asked.length).toBeGreaterThanOrEqual(asked + 2));
    await open.shift()!.close();
    const last = await write(50);
    await eventually(
      () =>
        expect([0, 1].map((partition) => new Set(store.covered(partition)).size)).toEqual(
          last.map((offset) => offset + 1),
        ),
      { withinMs: 15_000 },
    );
  }, 30_000);

  it('waits for a store that cannot say its position', async () => {
    let refusals = 0;
    const last = await write(10);
    await start({
      position: () => (++refusals < 4 ? Promise.reject(new Error('store is down')) : Promise.resolve(null)),
    });
    await eventually(() =>
      expect([0, 1].map((partition) => store.covered(partition))).toEqual(last.map((offset) => upTo(offset))),
    );
  });
});
