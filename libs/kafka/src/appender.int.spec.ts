import { connectTo, KafkaProxy, readAll, testBroker, testTopic, textOf, textRecord } from '@countersign/testing';
import { createAppender } from './index.js';
import type { Appended, KafkaConnection } from './index.js';

describe('append', () => {
  let direct: KafkaConnection;
  let proxied: KafkaConnection;
  let proxy: KafkaProxy;
  let topic: string;

  beforeAll(async () => {
    const { brokers } = await testBroker();
    direct = connectTo(brokers);
    proxy = new KafkaProxy(brokers[0]!);
    proxied = connectTo([await proxy.listen()]);
  }, 60_000);

  beforeEach(async () => {
    topic = await testTopic(direct);
  });

  afterEach(() => proxy.lose());

  afterAll(async () => {
    await proxied.close();
    await direct.close();
    await proxy.close();
  });

  it('loses no acknowledged record while connections are cut before the answer', async () => {
    proxy.lose({ api: 'Produce', every: 3, how: 'cut' });
    const appender = createAppender(proxied);
    const values = Array.from({ length: 600 }, (_, index) => `v${index}`);
    const acknowledged: Appended[] = [];
    const append = async (value: string): Promise<void> => {
      acknowledged.push(...(await appender.append([textRecord(topic, value, value)], { deadlineMs: 15_000 })));
    };
    // Callers come one after another, not in step: some always find a send under way.
    const calls: Promise<void>[] = [];
    for (const value of values) {
      calls.push(append(value));
      if (calls.length % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await Promise.all(calls);
    await appender.close();
    const found = new Set((await readAll(direct, topic)).map(textOf));
    expect(values.filter((value) => !found.has(value))).toEqual([]);
    expect(acknowledged).toHaveLength(600);
    expect(proxy.lost.get('Produce')).toBeGreaterThan(2);
  }, 30_000);

  it('says where each record is', async () => {
    const appender = createAppender(direct);
    const records = Array.from({ length: 40 }, (_, index) => textRecord(topic, `k${index % 7}`, `v${index}`));
    const appended = await appender.append(records);
    await appender.close();
    const found = await readAll(direct, topic);
    const at = new Map(found.map((record) => [`${record.partition}/${record.offset}`, record]));
    expect(appended.map(({ partition, offset }) => textOf(at.get(`${partition}/${offset}`)!))).toEqual(
      records.map(({ value }) => value.toString()),
    );
    expect(appended.map(({ timestampMs }) => timestampMs)).toEqual(
      appended.map(({ partition, offset }) => at.get(`${partition}/${offset}`)!.timestampMs),
    );
  });

  it('shares sends among callers and has never two in flight', async () => {
    const before = proxy.answered('Produce');
    const appender = createAppender(proxied);
    const call = async (index: number): Promise<void> => {
      for (let turn = 0; turn < 5; turn++) await appender.append([textRecord(topic, `k${index}`, 'v')]);
    };
    await Promise.all(Array.from({ length: 200 }, (_, index) => call(index)));
    await appender.close();
    expect(proxy.mostInFlight('Produce')).toBe(1);
    expect(proxy.answered('Produce') - before).toBeLessThan(60);
  });

  it('sends again by a new producer when answers never come', async () => {
    const appender = createAppender(proxied);
    await appender.append([textRecord(topic, 'k', 'first')]);
    const producers = proxy.answered('InitProducerId');
    proxy.lose({ api: 'Produce', every: 1, how: 'drop' });
    const late = appender.append([textRecord(topic, 'k', 'second')], { deadlineMs: 15_000 });
    setTimeout(() => proxy.lose(), 5_000);
    await late;
    expect(proxy.answered('InitProducerId')).toBeGreaterThan(producers);
    await appender.close();
    expect((await readAll(direct, topic)).map(textOf)).toEqual(expect.arrayContaining(['first', 'second']));
  }, 20_000);

  it('tells at the deadline that the outcome is unknown', async () => {
    proxy.lose({ api: 'Produce', every: 1, how: 'cut' });
    const appender = createAppender(proxied);
    const started = Date.now();
    await expect(appender.append([textRecord(topic, 'k', 'v')], { deadlineMs: 700 })).rejects.toMatchObject({
      code: 'unknown_outcome',
      retriable: true,
    });
    expect(Date.now() - started).toBeLessThan(1_500);
    proxy.lose();
    await appender.close();
  });

  it('refuses a record that is too large without failing those beside it', async () => {
    const appender = createAppender(direct);
    const large = { ...textRecord(topic, 'k', ''), value: Buffer.alloc(1_200_000) };
    const answers = await Promise.allSettled([
      appender.append([textRecord(topic, 'k', 'before')]),
      appender.append([large]),
      appender.append([textRecord(topic, 'k', 'after')]),
    ]);
    await appender.close();
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(answers[1]).toMatchObject({ reason: { code: 'too_large' } });
    expect((await readAll(direct, topic)).map(textOf)).toEqual(['before', 'after']);
  });

  it('refuses more than it can hold', async () => {
    const appender = createAppender(direct, { maxQueuedRecords: 10 });
    const records = Array.from({ length: 11 }, () => textRecord(topic, 'k', 'v'));
    await expect(appender.append(records)).rejects.toMatchObject({ code: 'overloaded' });
    await appender.close();
    await expect(appender.append(records.slice(0, 1))).rejects.toMatchObject({ code: 'overloaded' });
  });
});
