import { topicConfigs } from '@countersign/events';
import type { TopicConfig } from '@countersign/events';
import { connect, ensureTopics as createTopics } from '@countersign/kafka';
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
export async function ensureTopics(
  brokers: readonly string[],
  topics: readonly TopicConfig[] = topicConfigs,
): Promise<void> {
  const connection = connect({ brokers: [...brokers], clientId: 'countersign-launcher', log: silent });
  try {
    await createTopics(connection, topics);
    await waitForCoordinator(brokers);
  } catch (cause) {
    throw new SetupError(cause instanceof Error ? cause.message : String(cause), { cause });
  } finally {
    await connection.close();
  }
}
