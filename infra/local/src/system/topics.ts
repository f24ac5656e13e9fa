import { topicConfigs } from '@countersign/events';
import type { TopicConfig } from '@countersign/events';
import type { Admin } from 'kafkajs';
import { withAdmin } from '../broker/admin.js';
import { SetupError } from '../setup-error.js';

const configEntries = (topic: TopicConfig) => Object.entries(topic.config).map(([name, value]) => ({ name, value }));

async function createMissing(admin: Admin, topics: readonly TopicConfig[]): Promise<void> {
  const present = new Set(await admin.listTopics());
  const missing = topics.filter((topic) => !present.has(topic.topic));
  if (missing.length === 0) return;
  await admin.createTopics({
    waitForLeaders: true,
    topics: missing.map((topic) => ({
      topic: topic.topic,
      numPartitions: topic.partitions,
      configEntries: configEntries(topic),
    })),
  });
}

/** A key's partition depends on the count, so another count would split the facts of one action. */
async function requireCounts(admin: Admin, topics: readonly TopicConfig[]): Promise<void> {
  const { topics: found } = await admin.fetchTopicMetadata({ topics: topics.map((topic) => topic.topic) });
  for (const { topic, partitions } of topics) {
    const count = found.find((one) => one.name === topic)?.partitions.length ?? 0;
    if (count === partitions) continue;
    throw new SetupError(
      `Topic ${topic} has ${count} partitions and infra/kafka/topics.json says ${partitions}: the count is fixed for ever; use the file that created it, or a new cluster.`,
    );
  }
}

/** A new broker makes the topic of group offsets when it is asked first; until then consumers would fail and try again. */
async function waitForCoordinator(admin: Admin): Promise<void> {
  await admin.describeGroups(['countersign-launcher']);
}

/** Creates the topics of infra/kafka/topics.json that are missing. @throws SetupError on another partition count */
export async function ensureTopics(
  brokers: readonly string[],
  topics: readonly TopicConfig[] = topicConfigs,
): Promise<void> {
  await withAdmin(brokers, async (admin) => {
    await createMissing(admin, topics);
    await requireCounts(admin, topics);
    await waitForCoordinator(admin);
  });
}
