import { openRecord, topicConfigs, TOPICS } from '@countersign/events';
import type { DeadLettered, MacKeys } from '@countersign/events';
import type { KafkaConnection } from '@countersign/kafka';
import { connectTo, eventually, readAll, startSystem } from '@countersign/testing';
import type { TestSystem } from '@countersign/testing';
import kafkajs from 'kafkajs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { badRecords } from './support/bad-records.js';
import type { BadRecord } from './support/bad-records.js';
import { approve, refund } from './support/proposals.js';
import { facts, worldOf } from './support/world.js';
import type { World } from './support/world.js';

const PARTS = ['kafka', 'clickhouse', 'issuer', 'intake', 'policy', 'approval', 'telemetry'];

const UNPACKED_BYTES = 9 * 1_024 * 1_024;

describe('bad records', () => {
  let system: TestSystem;
  let world: World;
  let connection: KafkaConnection;
  let macKeys: MacKeys;
  let wanted: string[];

  beforeAll(async () => {
    system = await startSystem();
    world = worldOf(system.local);
    connection = connectTo(system.local.kafka_brokers);
    macKeys = JSON.parse(readFileSync(join(system.logs, '../secrets/mac.json'), 'utf8')) as MacKeys;
    wanted = (await produceBad()).sort();
  }, 120_000);

  afterAll(async () => {
    await connection?.close();
    await system?.close();
  }, 60_000);

  /** As somebody would who has no code of ours. Answers the places of the records that cost a letter. */
  const produceBad = async (): Promise<string[]> => {
    const kafka = new kafkajs.Kafka({ brokers: [...system.local.kafka_brokers], logLevel: kafkajs.logLevel.NOTHING });
    const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    const places: string[] = [];
    const send = async (topic: string, { headers, ...message }: BadRecord, compression: number): Promise<void> => {
      const messages = [{ ...message, headers: { ...headers } }];
      const [at] = await producer.send({ topic, compression, messages });
      places.push(`${topic}/${at?.partition}/${at?.baseOffset}`);
    };
    const { None, GZIP } = kafkajs.CompressionTypes;
    for (const config of topicConfigs) {
      for (const record of badRecords(config, macKeys)) await send(config.topic, record, None);
      // A batch that unpacks to more than any consumer takes.
      await send(config.topic, { key: 'acme|act_bad', value: Buffer.alloc(UNPACKED_BYTES) }, GZIP);
    }
    await producer.disconnect();
    // A letter about a letter would have one of its own.
    return places.filter((place) => !place.startsWith(TOPICS.deadLetters));
  };

  const letters = async (): Promise<DeadLettered[]> => {
    // A copy of a letter has its id, and every reader takes it for the same one.
    const records = new Map(
      (await readAll(connection, TOPICS.deadLetters)).map((record) => [String(record.headers['ce_id']), record]),
    );
    return [...records.values()].flatMap((record) => {
      try {
        const { name, event } = openRecord(record, macKeys);
        return name === 'DeadLettered' ? [event as DeadLettered] : [];
      } catch {
        return [];
      }
    });
  };
  const place = ({ source_topic, source_partition, source_offset }: DeadLettered): string =>
    `${source_topic}/${source_partition}/${source_offset}`;

  const oneLetterEach = async (): Promise<void> =>
    eventually(async () => expect((await letters()).map(place).sort()).toEqual(wanted), {
      withinMs: 30_000,
      everyMs: 500,
    });

  it('become one dead letter each, on every topic, and their neighbours flow on', async () => {
    await oneLetterEach();
    expect((await letters()).every(({ reason, step, detail }) => reason !== '' && step !== '' && detail !== '')).toBe(
      true,
    );
    await expect(allowedOnEveryPartition()).resolves.toEqual(Array.from({ length: 12 }, () => 'approved'));
    // Nothing was dead-lettered twice, and nothing good was.
    await oneLetterEach();
  }, 90_000);

  it('never cost a start: after a crash of everything all of it is ready, and nothing has a second letter', async () => {
    for (const part of PARTS) system.kill(part);
    await Promise.all(PARTS.map((part) => system.ready(part, 90_000)));
    const released = await releasedByPeople();
    await eventually(async () => {
      const rows = await world.rows(`SELECT approval_status, grant_status FROM audit WHERE action_id = '${released}'`);
      expect(rows).toMatchObject([{ approval_status: 'approved' }]);
    });
    await expect(allowedOnEveryPartition()).resolves.toEqual(Array.from({ length: 12 }, () => 'approved'));
    await oneLetterEach();
  }, 180_000);

  const allowedOnEveryPartition = (): Promise<string[]> =>
    Promise.all(
      Array.from(
        { length: 12 },
        async () => (await world.decided(refund('40.00', { signals: { fraud_score: 0.01 } }))).status,
      ),
    );

  /** Proposed, approved by two people, redeemed. */
  const releasedByPeople = async (): Promise<string> => {
    const proposal = refund('6000.00');
    const action = await world.decided(proposal);
    for (const subject of ['ann', 'bob']) await world.vote(subject, action, approve);
    const { grant } = await world.ended(proposal, action.action_id);
    expect(await world.redeem(grant?.token ?? '', facts(proposal))).toMatchObject({ result: 'ok' });
    return action.action_id;
  };
});
