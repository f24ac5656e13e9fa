import 'reflect-metadata';
import { Controller } from '@nestjs/common';
import type { INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, Payload } from '@nestjs/microservices';
import { connectTo, eventually, testBroker, testTopic, textOf, textRecord } from '@countersign/testing';
import { createAppender, KafkaServer } from './index.js';
import type { Appender, Handled, InRecord, KafkaConnection } from './index.js';
import { clientOf } from './client.js';
import { committedOffset } from './offsets.js';

const DONE: Handled = { kind: 'done' };

describe('Nest transport', () => {
  let connection: KafkaConnection;
  let appender: Appender;
  let topic: string;
  let letters: string[];
  let handled: string[];
  const open: INestMicroservice[] = [];

  beforeAll(async () => {
    connection = connectTo((await testBroker()).brokers);
    appender = createAppender(connection);
  }, 60_000);

  beforeEach(async () => {
    topic = await testTopic(connection);
    letters = [];
    handled = [];
  });

  afterEach(async () => {
    for (const app of open.splice(0)) await app.close();
  });

  afterAll(async () => {
    await appender.close();
    await connection.close();
  });

  const serve = async (
    handler: (record: InRecord) => Promise<Handled> | Handled,
    groupId = topic,
  ): Promise<KafkaServer> => {
    @Controller()
    class Handlers {
      @EventPattern(topic)
      on(@Payload() record: object): Promise<Handled> | Handled {
        return handler(record as InRecord);
      }
    }
    class Module {}
    const deadLetter = (record: InRecord, reason: string): Promise<void> =>
      Promise.resolve(void letters.push(`${textOf(record)}: ${reason}`));
    const strategy = new KafkaServer({ connection, groupId, deadLetter });
    const app = await NestFactory.createMicroservice(
      { module: Module, controllers: [Handlers] },
      { strategy, logger: false },
    );
    open.push(app);
    await app.listen();
    return strategy;
  };

  const note = (record: InRecord): Handled => {
    handled.push(textOf(record));
    return DONE;
  };

  const writeOneKey = (...values: string[]): Promise<unknown> =>
    appender.append(values.map((value) => textRecord(topic, 'one key', value)));

  const committed = async (): Promise<number> => {
    const offsets = await Promise.all(
      [0, 1, 2, 3].map((partition) => committedOffset(clientOf(connection), topic, topic, partition)),
    );
    return offsets.reduce<number>((sum, offset) => sum + (offset ?? 0), 0);
  };

  it('calls handlers in order and commits after them', async () => {
    await writeOneKey('a', 'b', 'c');
    const server = await serve(note);
    await eventually(() => expect(handled).toEqual(['a', 'b', 'c']));
    await eventually(async () => expect(await committed()).toBe(3));
    expect(server.healthy()).toBe(true);
  });

  it('starts all handlers of a slice before the first has answered', async () => {
    let waiting = 0;
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    await writeOneKey('a', 'b', 'c');
    await serve(async (record) => {
      if (++waiting === 3) release();
      await gate;
      return note(record);
    });
    await eventually(() => expect(handled).toEqual(['a', 'b', 'c']));
  });

  it('makes a poison record a dead letter and lets its neighbours flow', async () => {
    await writeOneKey('good', 'poison', 'better');
    await serve((record) =>
      textOf(record) === 'poison' ? { kind: 'dead_letter', reason: 'bad_avro', detail: '' } : note(record),
    );
    await eventually(() => expect(handled).toEqual(['good', 'better']));
    expect(letters).toEqual(['poison: bad_avro']);
    await eventually(async () => expect(await committed()).toBe(3));
  });

  it('comes back to a record that asks for it, before anything later counts', async () => {
    let attempts = 0;
    await writeOneKey('a', 'not yet', 'c');
    await serve((record) =>
      textOf(record) === 'not yet' && ++attempts < 3 ? { kind: 'retry', reason: 'dependency down' } : note(record),
    );
    await eventually(() => expect(handled.at(-1)).toBe('c'));
    await eventually(async () => expect(await committed()).toBe(3));
    expect(attempts).toBe(3);
    expect(handled.filter((value) => value === 'a')).toEqual(['a']);
    expect(handled.indexOf('not yet')).toBeLessThan(handled.lastIndexOf('c'));
  });

  it('stops before an unknown fault, and its successor starts there', async () => {
    await writeOneKey('a', 'bug', 'c');
    const server = await serve((record) => {
      if (textOf(record) === 'bug') throw new Error('a fault of ours');
      return note(record);
    });
    await eventually(() => expect(server.healthy()).toBe(false));
    await open.pop()!.close();
    await writeOneKey('d');
    handled = [];
    await serve(note);
    await eventually(() => expect(handled.at(-1)).toBe('d'));
    expect(handled).toEqual(expect.arrayContaining(['bug', 'c', 'd']));
    expect(letters).toEqual([]);
  });

  it('takes a handler that answers nothing for a fault', async () => {
    await writeOneKey('a');
    const server = await serve((() => undefined) as never);
    await eventually(() => handled.push('x') && expect(server.healthy()).toBe(false));
    expect(await committed()).toBe(0);
  });

  it('shares partitions among members and handles everything while they come and go', async () => {
    const values = Array.from({ length: 400 }, (_, index) => `v${index}`);
    const write = (from: number, to: number): Promise<unknown> =>
      appender.append(values.slice(from, to).map((value) => textRecord(topic, value, value)));
    await serve(note);
    await write(0, 100);
    await eventually(() => expect(new Set(handled).size).toBe(100));
    const other: string[] = [];
    await serve((record) => (other.push(textOf(record)), note(record)));
    await eventually(
      async () => {
        await write(100, 200);
        expect(other.length).toBeGreaterThan(0);
      },
      { everyMs: 300 },
    );
    await open.pop()!.close();
    await write(200, 400);
    await eventually(() => expect(new Set(handled).size).toBe(400), { withinMs: 15_000 });
  }, 30_000);

  it('drains what is in work when it closes', async () => {
    await writeOneKey('a');
    let started = false;
    await serve(async (record) => {
      started = true;
      await new Promise((resolve) => setTimeout(resolve, 500));
      return note(record);
    });
    await eventually(() => expect(started).toBe(true));
    await open.pop()!.close();
    expect(handled).toEqual(['a']);
    expect(await committed()).toBe(1);
  });

  it('keeps the record when its dead letter cannot be written', async () => {
    let refusals = 0;
    await writeOneKey('poison', 'next');
    @Controller()
    class Handlers {
      @EventPattern(topic)
      on(@Payload() record: object): Handled {
        return textOf(record as InRecord) === 'poison'
          ? { kind: 'dead_letter', reason: 'bad_avro', detail: '' }
          : note(record as InRecord);
      }
    }
    class Module {}
    const deadLetter = (record: InRecord): Promise<void> =>
      ++refusals < 3 ? Promise.reject(new Error('no broker')) : Promise.resolve(void letters.push(textOf(record)));
    const strategy = new KafkaServer({ connection: connection, groupId: topic, deadLetter });
    const app = await NestFactory.createMicroservice(
      { module: Module, controllers: [Handlers] },
      { strategy, logger: false },
    );
    open.push(app);
    await app.listen();
    await eventually(() => expect(letters).toEqual(['poison']));
    expect(refusals).toBe(3);
  });
});
