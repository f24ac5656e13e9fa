import {
  connectTo,
  eventually,
  KafkaProxy,
  readAll,
  testBroker,
  testTopic,
  textOf,
  textRecord,
} from '@countersign/testing';
import { createAppender, createPublisher } from './index.js';
import type { Appender, InRecord, KafkaConnection, OutRecord, Publisher, PublisherFold } from './index.js';

describe('publisher', () => {
  let brokers: string[];
  let direct: KafkaConnection;
  let appender: Appender;
  let input: string;
  let output: string;
  const open: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    brokers = (await testBroker()).brokers;
    direct = connectTo(brokers);
    appender = createAppender(direct);
  }, 60_000);

  beforeEach(async () => {
    [input, output] = [await testTopic(direct), await testTopic(direct)];
  });

  afterEach(async () => {
    for (const part of open.splice(0).reverse()) await part.close();
  });

  afterAll(async () => {
    await appender.close();
    await direct.close();
  });

  /** Counts the records of its partition: a fold that forgot or doubled one says a wrong number from then on. */
  const counting = (): PublisherFold => {
    let count = 0;
    return {
      apply: (record: InRecord): OutRecord[] => {
        count++;
        return textOf(record) === 'silent'
          ? []
          : [textRecord(output, record.key!.toString(), `${textOf(record)} is ${record.partition}#${count}`)];
      },
    };
  };

  const publish = async (connection = direct, makeFold = counting, everyMs = 0): Promise<Publisher> => {
    const publisher = createPublisher(connection, {
      service: `spec-${input}`,
      groupId: input,
      inputTopic: input,
      startTimestampMs: () => 'earliest',
      everyMs,
      makeFold,
    });
    open.push(publisher);
    await publisher.start();
    return publisher;
  };

  const through = async (): Promise<{ proxy: KafkaProxy; connection: KafkaConnection }> => {
    const proxy = new KafkaProxy(brokers[0]!);
    open.push(proxy);
    return { proxy, connection: connectTo([await proxy.listen()]) };
  };

  const write = (from: number, to: number): Promise<unknown> =>
    appender.append(
      Array.from({ length: to - from }, (_, index) => textRecord(input, `k${from + index}`, `v${from + index}`)),
    );

  /** What must stand in the output: one line for each input record, with its place in its partition. */
  const wanted = async (): Promise<string[]> =>
    (await readAll(direct, input))
      .flatMap((record) =>
        textOf(record) === 'silent' ? [] : [`${textOf(record)} is ${record.partition}#${record.offset + 1}`],
      )
      .sort();

  const published = async (): Promise<string[]> => (await readAll(direct, output)).map(textOf).sort();

  const settled = (withinMs: number): Promise<void> =>
    eventually(async () => expect(await published()).toEqual(await wanted()), { withinMs, everyMs: 300 });

  it('publishes at once after a quiet time, and what follows closely in one transaction', async () => {
    const everyMs = 3_000;
    await publish(direct, counting, everyMs);
    const write = (text: string): Promise<unknown> => appender.append([textRecord(input, 'one key', text)]);
    const timeOf = async (text: string): Promise<number> => {
      const found = (await readAll(direct, output)).find((record) => textOf(record).startsWith(text));
      if (!found) throw new Error(`${text} is not published`);
      return found.timestampMs;
    };
    await write('first');
    await eventually(() => timeOf('first'), { withinMs: 20_000 });
    await new Promise((resolve) => setTimeout(resolve, everyMs));
    await write('quiet');
    await eventually(() => timeOf('quiet'), { withinMs: everyMs - 500 });
    for (const text of ['close', 'closer']) await write(text);
    await eventually(() => timeOf('closer'), { withinMs: 20_000 });
    expect(await timeOf('close')).toBe(await timeOf('closer'));
  }, 60_000);

  it('publishes each record once', async () => {
    await write(0, 300);
    const publisher = await publish();
    await settled(10_000);
    await write(300, 400);
    await settled(10_000);
    expect(publisher.healthy()).toBe(true);
  });

  it('ends what a predecessor may have left hanging before its first commit on a partition', async () => {
    const { proxy, connection } = await through();
    const write = (value: string): Promise<unknown> => appender.append([textRecord(input, 'one key', value)]);
    await write('first');
    await publish(connection);
    await settled(10_000);
    expect(proxy.answered('EndTxn')).toBe(2);
    await write('second');
    await settled(10_000);
    expect(proxy.answered('EndTxn')).toBe(3);
    await connection.close();
  });

  it('goes on after a restart with a fold that knows what came before', async () => {
    await write(0, 100);
    await publish();
    await settled(10_000);
    await open.pop()!.close();
    await appender.append(['k0', 'k1', 'k2', 'k3', 'k4'].map((key) => textRecord(input, key, 'silent')));
    await write(100, 150);
    await publish();
    await settled(10_000);
  }, 30_000);

  it.each(['EndTxn', 'Produce', 'TxnOffsetCommit', 'AddOffsetsToTxn', 'Fetch'] as const)(
    'publishes each record once while every third %s answer is cut off',
    async (api) => {
      const { proxy, connection } = await through();
      await write(0, 20);
      await publish(connection);
      await settled(10_000);
      proxy.lose({ api, every: 3, how: 'cut' });
      for (let part = 0; part < 15; part++) {
        await write(20 + part * 10, 30 + part * 10);
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
      await settled(25_000);
      expect(proxy.lost.get(api)).toBeGreaterThan(1);
      proxy.lose();
      await connection.close();
    },
    60_000,
  );

  it('publishes each record once when an EndTxn answer never comes', async () => {
    const { proxy, connection } = await through();
    await publish(connection);
    proxy.lose({ api: 'EndTxn', every: 2, how: 'drop' });
    for (let part = 0; part < 3; part++) await write(part * 10, part * 10 + 10);
    await eventually(() => expect(proxy.lost.get('EndTxn')).toBeGreaterThan(0));
    proxy.lose();
    await settled(25_000);
    await connection.close();
  }, 40_000);

  it('lets a successor take over in the middle of a transaction, and the zombie changes nothing', async () => {
    const { proxy, connection } = await through();
    await write(0, 40);
    const zombie = await publish(connection);
    await settled(10_000);
    proxy.lose({ api: 'TxnOffsetCommit', every: 1, how: 'drop' });
    await write(40, 80);
    await eventually(() => expect(proxy.lost.get('TxnOffsetCommit')).toBeGreaterThan(0));
    proxy.freeze();
    await publish();
    await write(80, 120);
    await settled(30_000);
    proxy.lose();
    proxy.thaw();
    await write(120, 160);
    await settled(20_000);
    await zombie.close();
    await connection.close();
  }, 70_000);

  it('publishes each record once while instances come and go', async () => {
    await publish();
    let written = 0;
    for (let turn = 0; turn < 3; turn++) {
      await write(written, (written += 30));
      await publish();
      await write(written, (written += 30));
      await new Promise((resolve) => setTimeout(resolve, 300));
      await open.shift()!.close();
    }
    await settled(20_000);
  }, 60_000);

  it('stops where the fold throws, and publishes nothing of it', async () => {
    await appender.append(['a', 'b', 'c'].map((value) => textRecord(input, 'one key', value)));
    const publisher = await publish(direct, () => ({
      apply: (record) => {
        if (textOf(record) === 'b') throw new Error('cannot fold this');
        return [textRecord(output, 'k', textOf(record))];
      },
    }));
    await eventually(() => expect(publisher.healthy()).toBe(false));
    expect(await published()).not.toContain('c');
  });
});
