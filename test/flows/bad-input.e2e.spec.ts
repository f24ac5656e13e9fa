import { encode, openRecord, schemaRegistry, TOPICS } from '@countersign/events';
import type { DeadLettered, MacKeys } from '@countersign/events';
import type { KafkaConnection } from '@countersign/kafka';
import { connectTo, eventually, readAll, startSystem } from '@countersign/testing';
import type { TestSystem } from '@countersign/testing';
import kafkajs from 'kafkajs';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const header = (id: number): Buffer => {
  const bytes = Buffer.alloc(5);
  bytes.writeInt32BE(id, 1);
  return bytes;
};
const whole = encode('Ticked', { tenant: '', client_request_id: 'a client request id' });
const proposed = schemaRegistry.latest('countersign.actions.v1-ActionProposed')?.id ?? 0;

/** Values that no service wrote. A null value travels too. */
const BAD: Record<string, Buffer | null> = {
  'random bytes': Buffer.from('5f1c02e9a7bb3d4410ff', 'hex'),
  'truncated Avro': whole.subarray(0, whole.length - 3),
  'unknown schema id': Buffer.concat([header(999_999), Buffer.from([0])]),
  'array bomb': Buffer.concat([
    header(proposed),
    Buffer.alloc(26),
    Buffer.from([0xfe, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0, 0]),
  ]),
  'null value': null,
};
const TARGETS = Object.values(TOPICS).filter((topic) => topic !== TOPICS.deadLetters);

describe('bad records', () => {
  let system: TestSystem;
  let connection: KafkaConnection;
  let macKeys: MacKeys;
  const key = 'acme|act_bad';

  beforeAll(async () => {
    system = await startSystem();
    connection = connectTo(system.local.kafka_brokers);
    macKeys = JSON.parse(readFileSync(join(system.logs, '../secrets/mac.json'), 'utf8')) as MacKeys;
  }, 120_000);

  afterAll(async () => {
    await connection?.close();
    await system?.close();
  }, 60_000);

  const letters = async (): Promise<DeadLettered[]> => {
    const records = await readAll(connection, TOPICS.deadLetters);
    return records.map((record) => openRecord(record, macKeys).event as DeadLettered);
  };
  const place = ({ source_topic, source_partition, source_offset }: DeadLettered): string =>
    `${source_topic}/${source_partition}/${source_offset}`;

  it('become one dead letter each, on every topic, and their neighbours flow on', async () => {
    const wanted = (await produceBad()).sort();
    await eventually(async () => expect((await letters()).map(place).sort()).toEqual(wanted), {
      withinMs: 30_000,
      everyMs: 500,
    });
    expect((await letters()).every(({ reason, step, detail }) => reason !== '' && step !== '' && detail !== '')).toBe(
      true,
    );
    await expect(proposeOnEveryPartition()).resolves.toEqual(Array.from({ length: 12 }, () => 'approved'));
    // Nothing was dead-lettered twice, and nothing good was.
    expect((await letters()).map(place).sort()).toEqual(wanted);
  }, 90_000);

  /** As somebody would who has no code of ours. Answers the places of the records. */
  const produceBad = async (): Promise<string[]> => {
    const kafka = new kafkajs.Kafka({ brokers: [...system.local.kafka_brokers], logLevel: kafkajs.logLevel.NOTHING });
    const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    const places: string[] = [];
    for (const topic of TARGETS) {
      for (const value of Object.values(BAD)) {
        const [at] = await producer.send({ topic, messages: [{ key, value }] });
        places.push(`${topic}/${at?.partition}/${at?.baseOffset}`);
      }
    }
    await producer.disconnect();
    return places;
  };

  const proposeOnEveryPartition = (): Promise<string[]> => {
    const agent = system.local.agents.find(({ agent_id, tenant }) => agent_id === 'refund-agent' && tenant === 'acme');
    const propose = async (): Promise<string> => {
      const response = await fetch(`${system.local.intake_url}/v1/actions`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${agent?.api_key}`,
          'content-type': 'application/json',
          'idempotency-key': randomUUID(),
        },
        body: JSON.stringify({
          run_id: 'bad-input',
          agent: { id: 'refund-agent', version: '1' },
          model: { id: 'm' },
          action_type: 'refund',
          environment: 'production',
          parameters: { method: 'card', amount: { value: '40.00', currency: 'USD' } },
          confidence: 0.99,
          signals: { fraud_score: 0.01 },
        }),
      });
      return ((await response.json()) as { status: string }).status;
    };
    return Promise.all(Array.from({ length: 12 }, propose));
  };
});
