import { randomUUID } from 'node:crypto';
import { connect, createFold, ensureTopics } from '@countersign/kafka';
import type { InRecord, KafkaConnection, KafkaLog, OutRecord } from '@countersign/kafka';

export const silentLog: KafkaLog = { info: () => undefined, warn: () => undefined, error: () => undefined };

export const connectTo = (brokers: readonly string[], log: KafkaLog = silentLog): KafkaConnection =>
  connect({ brokers: [...brokers], clientId: 'spec', log });

/** Creates a topic of its own for a test. @returns its name */
export async function testTopic(connection: KafkaConnection, partitions = 4): Promise<string> {
  const topic = `spec.${randomUUID()}`;
  await ensureTopics(connection, [{ topic, partitions, config: {} }]);
  return topic;
}

export const textRecord = (topic: string, key: string, value: string): OutRecord => ({
  topic,
  key,
  value: Buffer.from(value),
  headers: {},
});

export const textOf = ({ value }: InRecord): string => value?.toString() ?? '';

/** All committed records that are in a topic now, partition by partition in offset order. */
export async function readAll(connection: KafkaConnection, topic: string): Promise<InRecord[]> {
  const records: InRecord[] = [];
  const fold = createFold(connection, {
    topics: [topic],
    groupPrefix: 'spec-reader',
    startTimestampMs: () => 'earliest',
    onRecord: (record) => void records.push(record),
  });
  await fold.start();
  await fold.close();
  return records.sort((left, right) => left.partition - right.partition || left.offset - right.offset);
}
