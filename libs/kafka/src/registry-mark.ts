import { hasRegistryMark, registryFault, registryMark, TOPICS } from '@countersign/events';
import { clientOf, connect } from './client.js';
import type { Client } from './client.js';
import { endOffsets } from './offsets.js';
import { Backoff, pause } from './pace.js';
import type { KafkaConnection } from './port.js';

const RECORDS: readonly string[] = Object.values(TOPICS);
const UNMARKED = 'was made with another schema registry, which left no mark';
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Whether a cluster fits the schemas of this version, and how to go on where it does not. */
export class OtherRegistry extends Error {
  override readonly name = 'OtherRegistry';

  constructor(brokers: readonly string[], what: string) {
    super(
      `The Kafka cluster at ${brokers.join(',')} ${what}. Remedy: run the version that made it, or take an empty cluster.`,
    );
  }
}

/**
 * Marks a cluster with the schemas of this version, before its first topics are made.
 * @throws OtherRegistry where it holds records of other schemas
 */
export async function markRegistry(connection: KafkaConnection): Promise<void> {
  const client = clientOf(connection);
  const topics = await topicsOf(client);
  const what = registryFault(topics) ?? (await unmarkedRecords(client, topics));
  if (what !== null) throw new OtherRegistry(connection.brokers, what);
  if (topics.includes(registryMark)) return;
  const mark = { topic: registryMark, numPartitions: 1 };
  await client.ask((admin) => admin.createTopics({ topics: [mark], waitForLeaders: false }));
}

/**
 * Resolves when a cluster is known to fit, or to have no mark yet. One that does not answer is asked until it does.
 * @throws OtherRegistry where it does not fit
 */
export async function checkRegistry(config: {
  readonly kafkaBrokers: readonly string[];
  readonly instanceId: string;
}): Promise<void> {
  const brokers = [...config.kafkaBrokers];
  const connection = connect({ brokers, clientId: config.instanceId, log: silent });
  try {
    const what = registryFault(await untilAnswered(() => topicsOf(clientOf(connection))));
    if (what !== null) throw new OtherRegistry(brokers, what);
  } finally {
    await connection.close();
  }
}

const topicsOf = (client: Client): Promise<string[]> => client.ask((admin) => admin.listTopics());

/** Topics that somebody made beforehand are nobody's data yet. */
async function unmarkedRecords(client: Client, topics: readonly string[]): Promise<string | null> {
  if (hasRegistryMark(topics)) return null;
  const ends = await endOffsets(
    client,
    RECORDS.filter((topic) => topics.includes(topic)),
  );
  return [...ends.values()].some((of) => [...of.values()].some((end) => end > 0)) ? UNMARKED : null;
}

async function untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
  for (const backoff = new Backoff(100, 2_000); ;) {
    try {
      return await ask();
    } catch {
      await pause(backoff.nextMs());
    }
  }
}
