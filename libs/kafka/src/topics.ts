import { clientOf } from './client.js';
import type { Client } from './client.js';
import { pause } from './pace.js';
import type { KafkaConnection, TopicSpec } from './port.js';

/** A new topic is known everywhere within a moment; after this many looks something else is wrong. */
const ATTEMPTS = 100;

const TIMESTAMPS = { 'message.timestamp.type': 'LogAppendTime' };

async function create(client: Client, specs: readonly TopicSpec[]): Promise<void> {
  const topics = specs.map(({ name, partitions, config }) => ({
    topic: name,
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
export async function ensureTopics(connection: KafkaConnection, specs: readonly TopicSpec[]): Promise<void> {
  const client = clientOf(connection);
  const existing = new Set(await client.ask((admin) => admin.listTopics()));
  const missing = specs.filter(({ name }) => !existing.has(name));
  if (missing.length > 0) await create(client, missing);
  const counts = await partitionCounts(
    client,
    specs.map(({ name }) => name),
  );
  for (const { name, partitions } of specs)
    if (counts.get(name) !== partitions)
      throw new Error(
        `Topic ${name} has ${counts.get(name)} partitions instead of ${partitions}: the count is fixed for ever; go back to the count that created it, or take a new cluster.`,
      );
}
