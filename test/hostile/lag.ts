import type { TestSystem } from '@countersign/testing';
import kafkajs from 'kafkajs';

/** Ends of transactions have offsets of their own, and nobody commits those. */
const MARKERS = 8;

/** Partitions in which a consumer group has more before it than marks of transactions: `group topic-partition: records`. */
export async function lagging(system: TestSystem): Promise<string[]> {
  const kafka = new kafkajs.Kafka({ brokers: [...system.local.kafka_brokers], logLevel: kafkajs.logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const { groups } = await admin.listGroups();
    const found = await Promise.all(groups.map(({ groupId }) => lagOf(admin, groupId)));
    return found.flat();
  } finally {
    await admin.disconnect();
  }
}

/** Groups that commit nothing have nothing to be compared. */
async function lagOf(admin: kafkajs.Admin, groupId: string): Promise<string[]> {
  const committed = await admin.fetchOffsets({ groupId });
  const found = await Promise.all(
    committed.map(async ({ topic, partitions }) => {
      const ends = new Map((await admin.fetchTopicOffsets(topic)).map((one) => [one.partition, Number(one.high)]));
      return partitions
        .filter(({ offset }) => Number(offset) >= 0)
        .map(({ partition, offset }) => ({ partition, lag: (ends.get(partition) ?? 0) - Number(offset) }))
        .filter(({ lag }) => lag > MARKERS)
        .map(({ partition, lag }) => `${groupId} ${topic}-${partition}: ${lag}`);
    }),
  );
  return found.flat();
}
