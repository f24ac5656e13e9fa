import { decode, eventId, openRecord, TOPICS } from '@countersign/events';
import type { DeadLettered } from '@countersign/events';
import type { InRecord, OutRecord } from '@countersign/kafka';
import { testEngine } from '@countersign/testing';
import { writeRange } from './event-sink.js';
import type { RangeOptions } from './event-sink.js';
import { Registry } from 'prom-client';
import { Refresher } from './refresher.js';
import { RowWriter } from './row-writer.js';
import { SinkMetrics } from './sink-metrics.js';
import { testDatabase } from './testing/database.js';
import type { TestDatabase } from './testing/database.js';
import { macKeys } from './testing/log.js';
import { tellStories } from './testing/story.js';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const { log } = tellStories(41, 40);
const topics = [TOPICS.actions, TOPICS.decisions, TOPICS.approvals, TOPICS.outcomes, TOPICS.labels];

/** A record as it is read, at a place of our choice. */
const read = (topic: string, offset: number, change: Partial<InRecord> = {}): InRecord => {
  const source = log.records.find((record) => record.topic === topic)!;
  return { ...source, key: Buffer.from(source.key), offset, ...change };
};

const faults: [string, (topic: string, offset: number) => InRecord][] = [
  ['null_value', (topic, offset) => read(topic, offset, { value: null })],
  ['missing_mac', (topic, offset) => read(topic, offset, { headers: {} })],
  ['bad_mac', (topic, offset) => read(topic, offset, { value: Buffer.from('random bytes') })],
  ['bad_mac', (topic, offset) => read(topic, offset, { key: Buffer.from('globex|act_other') })],
];

describe('the sink', () => {
  let database: TestDatabase;
  let options: RangeOptions;
  const letters: OutRecord[] = [];
  const refused: Record<string, number> = {};
  const counted: [string, string][] = [];

  beforeAll(async () => {
    database = await testDatabase(await testEngine());
    const refresher = new Refresher({ derive: database.derive, log: silent });
    const append = (records: OutRecord[]): Promise<[]> => {
      letters.push(...records);
      return Promise.resolve([]);
    };
    const onRefused = (topic: string, count: number): void => void (refused[topic] = (refused[topic] ?? 0) + count);
    const onLetter = (topic: string, reason: string): void => void counted.push([topic, reason]);
    options = { appender: { append }, writer: new RowWriter(database.engine), refresher, macKeys, onRefused, onLetter };
  }, 60_000);
  afterAll(async () => {
    await options.refresher.close();
    await database.drop();
  });

  it.each(topics)(
    'makes of each unreadable record on %s one dead letter or none, and its neighbours flow on',
    async (topic) => {
      const bad = faults.map(([, make], index) => make(topic, 100 + 2 * index));
      const good = faults.map((_, index) => read(topic, 101 + 2 * index));
      letters.length = 0;
      await writeRange(
        [...bad, ...good].sort((a, b) => a.offset - b.offset),
        options,
      );
      const rows = await database.engine.rows<{ offset: string }>(
        'SELECT offset FROM events WHERE topic = {topic:String} ORDER BY offset',
        { topic },
      );
      expect(rows.map(({ offset }) => Number(offset))).toEqual([101, 103, 105, 107]);
      expect(refused[topic]).toBe(faults.length);
      const mine = topic !== TOPICS.actions;
      const opened = letters.map(
        (letter) => openRecord({ ...letter, key: Buffer.from(String(letter.key)) }, macKeys).event as DeadLettered,
      );
      expect(opened.map(({ source_topic, source_offset, reason }) => [source_topic, source_offset, reason])).toEqual(
        mine ? faults.map(([reason], index) => [topic, 100 + 2 * index, reason]) : [],
      );
      expect(letters.map(({ headers }) => headers['ce_id'])).toEqual(
        mine ? faults.map((_, index) => eventId(topic, read(topic, 0).partition, 100 + 2 * index)) : [],
      );
    },
  );

  it('keeps the original bytes in the letter', async () => {
    letters.length = 0;
    await writeRange(
      [read(TOPICS.decisions, 900, { value: Buffer.from([1, 2, 3]), headers: { extra: 'x' } })],
      options,
    );
    expect(decode(letters[0]!.value).event).toMatchObject({
      value: Buffer.from([1, 2, 3]),
      headers: [{ name: 'extra', value: Buffer.from('x') }],
      step: 'telemetry/decode',
    });
  });

  it('counts each dead letter by the topic of its record and its reason', async () => {
    letters.length = 0;
    await writeRange([read(TOPICS.labels, 950, { value: null })], options);
    expect(counted).toEqual([]);
    const asRead = letters.map(({ key, ...letter }, offset) => ({
      ...{ ...letter, key: Buffer.from(String(key)), partition: 0, offset, timestampMs: Date.now() },
    }));
    await writeRange(asRead, options);
    expect(counted).toEqual([[TOPICS.labels, 'null_value']]);
    const counts = new SinkMetrics();
    counts.lettered(TOPICS.labels, 'null_value');
    const registry = new Registry();
    counts.register(registry);
    await expect(registry.metrics()).resolves.toContain(
      `countersign_dead_letters_total{source_topic="${TOPICS.labels}",reason="null_value"} 1`,
    );
  });

  it('inserts a repeated range once, and a range cut differently doubles nothing', async () => {
    const range = [200, 201, 202, 203].map((offset) => read(TOPICS.outcomes, offset));
    await writeRange(range, options);
    await writeRange(range, options);
    await writeRange(range.slice(1, 3), options);
    const [row] = await database.engine.rows<{ n: string }>(
      'SELECT count() AS n FROM events WHERE topic = {topic:String} AND offset >= 200',
      { topic: TOPICS.outcomes },
    );
    expect(row?.n).toBe('4');
  });

  it('writes nothing past a dead letter that could not be appended', async () => {
    const append = (): Promise<never> => Promise.reject(new Error('the broker is down'));
    await expect(
      writeRange([read(TOPICS.labels, 300, { value: null })], { ...options, appender: { append } }),
    ).rejects.toThrow('the broker is down');
    await expect(
      database.engine.rows('SELECT offset FROM event_rows WHERE topic = {topic:String} AND offset = 300', {
        topic: TOPICS.labels,
      }),
    ).resolves.toEqual([]);
  });
});
