import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { Controller } from '@nestjs/common';
import type { INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, Payload } from '@nestjs/microservices';
import { connectTo, eventually, testBroker, testTopic, textOf, textRecord } from '@countersign/testing';
import { createAppender, KafkaServer } from './index.js';
import type { Appender, Handled, InRecord, KafkaConnection } from './index.js';
import { throwError } from 'rxjs';
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
    app.useGlobalFilters({ catch: (fault: unknown) => throwError(() => fault) });
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

  it('comes back to a record that asks for it; its neighbours go on and are handled once', async () => {
    let open = false;
    await writeOneKey('a', 'not yet', 'c');
    const server = await serve((record) =>
      textOf(record) === 'not yet' && !open ? { kind: 'retry', reason: 'dependency down' } : note(record),
    );
    await eventually(() => expect(handled).toEqual(['a', 'c']));
    await writeOneKey('d');
    await eventually(() => expect(handled).toEqual(['a', 'c', 'd']));
    // A successor would find it: the offset stays in front of it.
    await eventually(async () => expect(await committed()).toBe(1));
    expect([server.waiting(), server.healthy()]).toEqual([1, true]);
    open = true;
    await eventually(async () => expect(await committed()).toBe(4));
    expect(handled).toEqual(['a', 'c', 'd', 'not yet']);
    expect(letters).toEqual([]);
  });

  it('reads what was left behind again after a restart', async () => {
    await writeOneKey('a', 'not yet', 'c');
    await serve((record) => (textOf(record) === 'not yet' ? { kind: 'retry', reason: 'down' } : note(record)));
    await eventually(async () => expect(await committed()).toBe(1));
    await open.pop()!.close();
    await serve(note);
    await eventually(() => expect(handled).toContain('not yet'));
    await eventually(async () => expect(await committed()).toBe(3));
  });

  it('is not held by a record that takes its time', async () => {
    let release = (): void => undefined;
    const slow = new Promise<void>((resolve) => (release = resolve));
    await writeOneKey('slow', 'b');
    await serve(async (record) => {
      if (textOf(record) === 'slow') await slow;
      return note(record);
    });
    await eventually(() => expect(handled).toEqual(['b']));
    await writeOneKey('c');
    await eventually(() => expect(handled).toEqual(['b', 'c']));
    expect(await committed()).toBe(0);
    release();
    await eventually(async () => expect(await committed()).toBe(3));
  });

  it('waits when more than it can keep in mind asks for a retry, and goes on afterwards', async () => {
    let open = false;
    const values = Array.from({ length: 700 }, (_, index) => `v${index}`);
    await writeOneKey(...values);
    const server = await serve((record) => (open ? note(record) : { kind: 'retry', reason: 'dependency down' }));
    await eventually(() => expect(server.waiting()).toBe(500));
    expect(server.healthy()).toBe(true);
    open = true;
    await eventually(async () => expect(await committed()).toBe(700), { withinMs: 15_000 });
    expect(new Set(handled)).toEqual(new Set(values));
  }, 30_000);

  it('tries an unknown fault three times; then the record is a dead letter and its neighbours have gone on', async () => {
    let tries = 0;
    await writeOneKey('a', 'bug', 'c');
    const server = await serve((record) => {
      if (textOf(record) !== 'bug') return note(record);
      tries++;
      throw new TypeError('a fault of ours');
    });
    await eventually(() => expect(letters).toEqual(['bug: internal']));
    await eventually(async () => expect(await committed()).toBe(3));
    expect([tries, handled, server.healthy()]).toEqual([3, ['a', 'c'], true]);
  });

  it('tries again after an unknown fault that passes', async () => {
    let tries = 0;
    await writeOneKey('bug');
    await serve((record) => {
      if (++tries < 3) throw new TypeError('a fault of ours');
      return note(record);
    });
    await eventually(() => expect(handled).toEqual(['bug']));
    expect(letters).toEqual([]);
  });

  it('stops before a fault of the machine, and its successor starts there', async () => {
    await writeOneKey('a', 'disk', 'c');
    const server = await serve((record) => {
      if (textOf(record) === 'disk') readFileSync('/nowhere/at/all');
      return note(record);
    });
    await eventually(() => expect(server.healthy()).toBe(false));
    await open.pop()!.close();
    await writeOneKey('d');
    handled = [];
    await serve(note);
    await eventually(() => expect(handled.at(-1)).toBe('d'));
    expect(handled).toEqual(expect.arrayContaining(['disk', 'c', 'd']));
    expect(letters).toEqual([]);
  });

  it('takes a handler that answers nothing for a fault', async () => {
    await writeOneKey('a');
    await serve((() => undefined) as never);
    await eventually(() => expect(letters).toEqual(['a: internal']));
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
