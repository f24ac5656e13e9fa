import { topicConfigs } from '@countersign/events';
import type { TopicConfig } from '@countersign/events';
import { connect, ensureTopics as createTopics, markRegistry } from '@countersign/kafka';
import type { KafkaConnection } from '@countersign/kafka';
import { withAdmin } from '../broker/admin.js';
import { SetupError } from '../setup-error.js';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A new broker makes the topic of group offsets when it is asked first; until then consumers would fail and try again. */
const waitForCoordinator = (brokers: readonly string[]): Promise<unknown> =>
  withAdmin(brokers, (admin) => admin.describeGroups(['countersign-launcher']));

/**
 * Creates the topics of infra/kafka/topics.json that are missing.
 * @throws SetupError with what the cluster said, or naming a topic that has another partition count
 */
export const ensureTopics = (
  brokers: readonly string[],
  topics: readonly TopicConfig[] = topicConfigs,
): Promise<void> =>
  asked(brokers, async (connection) => {
    await createTopics(connection, topics);
    await waitForCoordinator(brokers);
  });

/**
 * Marks a cluster with the schemas of this version; its topics are made after that.
 * @throws SetupError with what the cluster said, or where it holds records of other schemas
 */
export const ensureRegistry = (brokers: readonly string[]): Promise<void> => asked(brokers, markRegistry);

async function asked(brokers: readonly string[], work: (connection: KafkaConnection) => Promise<void>): Promise<void> {
  const connection = connect({ brokers: [...brokers], clientId: 'countersign-launcher', log: silent });
  try {
    await work(connection);
  } catch (cause) {
    throw new SetupError(cause instanceof Error ? cause.message : String(cause), { cause });
  } finally {
    await connection.close();
  }
}
