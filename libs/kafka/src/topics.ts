import type { TopicConfig } from '@countersign/events';
import { clientOf } from './client.js';
import type { Client } from './client.js';
import { pause } from './pace.js';
import type { KafkaConnection } from './port.js';

/** A new topic is known everywhere within a moment; after this many looks something else is wrong. */
const ATTEMPTS = 100;

const TIMESTAMPS = { 'message.timestamp.type': 'LogAppendTime' };

async function create(client: Client, configs: readonly TopicConfig[]): Promise<void> {
  const topics = configs.map(({ topic, partitions, config }) => ({
    topic,
    numPartitions: partitions,
    configEntries: Object.entries({ ...TIMESTAMPS, ...config }).map(([key, value]) => ({ name: key, value })),
  }));
  // The library's own wait for leaders fails when it asks before the broker has heard of the topic.
  await client.ask((admin) => admin.createTopics({ topics, waitForLeaders: false }));
}

/** Partition counts once every topic has leaders everywhere. */
async function partitionCounts(client: Client, names: readonly string[]): Promise<Map<string, number>> {
  for (let attempt = 1; ; attempt++) {
    try {
      const { topics } = await client.ask((admin) => admin.fetchTopicMetadata({ topics: [...names] }));
      if (topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0)) || attempt === ATTEMPTS)
        return new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
    await pause(100);
  }
}

/**
 * Creates the topics that are missing, all with LogAppendTime and as many replicas as the cluster gives by default.
 * @throws Error naming the topic whose partition count differs: an action's facts would no longer share a partition
 */
export async function ensureTopics(connection: KafkaConnection, configs: readonly TopicConfig[]): Promise<void> {
  const client = clientOf(connection);
  const existing = new Set(await client.ask((admin) => admin.listTopics()));
  const missing = configs.filter(({ topic }) => !existing.has(topic));
  if (missing.length > 0) await create(client, missing);
  const counts = await partitionCounts(
    client,
    configs.map(({ topic }) => topic),
  );
  for (const { topic, partitions } of configs)
    if (counts.get(topic) !== partitions)
      throw new Error(
        `Topic ${topic} has ${counts.get(topic)} partitions instead of ${partitions}: the count is fixed for ever; go back to the count that created it, or take a new cluster.`,
      );
}
