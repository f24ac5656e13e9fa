import type { Client } from './client.js';
import type { StartTimestamp } from './port.js';

/** Next offsets by topic and partition. */
export type Offsets = Map<string, Map<number, number>>;

interface PartitionOffset {
  readonly partition: number;
  readonly offset: string;
}

const table = (rows: readonly PartitionOffset[]): Map<number, number> =>
  new Map(rows.map(({ partition, offset }) => [partition, Number(offset)]));

async function forTopics(
  topics: readonly string[],
  ask: (topic: string) => Promise<PartitionOffset[]>,
): Promise<Offsets> {
  const tables = await Promise.all(topics.map(async (topic) => [topic, table(await ask(topic))] as const));
  return new Map(tables);
}

/** One past the last record of every partition. */
export const endOffsets = (client: Client, topics: readonly string[]): Promise<Offsets> =>
  client.ask((admin) => forTopics(topics, (topic) => admin.fetchTopicOffsets(topic)));

/** The first offset whose log time is not before the start; the end where there is none. */
export function startOffsets(client: Client, topics: readonly string[], start: number | 'earliest'): Promise<Offsets> {
  return client.ask((admin) =>
    forTopics(topics, async (topic) => {
      if (start !== 'earliest') return admin.fetchTopicOffsetsByTimestamp(topic, start);
      const rows = await admin.fetchTopicOffsets(topic);
      return rows.map(({ partition, low }) => ({ partition, offset: low }));
    }),
  );
}

/** The committed next offsets of a group, by partition; null where it never committed. */
export async function committedOffsets(
  client: Client,
  groupId: string,
  topic: string,
): Promise<ReadonlyMap<number, number | null>> {
  const [answer] = await client.ask((admin) => admin.fetchOffsets({ groupId, topics: [topic] }));
  const rows = answer?.partitions ?? [];
  return new Map(rows.map(({ partition, offset }) => [partition, Number(offset) < 0 ? null : Number(offset)]));
}

/** The committed next offset of a group in one partition, null when it never committed. */
export async function committedOffset(
  client: Client,
  groupId: string,
  topic: string,
  partition: number,
): Promise<number | null> {
  const committed = (await committedOffsets(client, groupId, topic)).get(partition);
  if (committed === undefined) throw new Error(`no committed offset row for ${topic}/${partition}`);
  return committed;
}

const HOUR_MS = 3_600_000;
const OLDEST_HOURS = 24 * 512;

/**
 * Where a fold must start so that its state at `committed` is right. The window of the fold is counted from the log time
 * of the record there, not from now: after a long stop the two differ. The time is found by doubling steps back.
 */
export async function startBefore(
  client: Client,
  at: { topic: string; partition: number; committed: number },
  start: StartTimestamp,
  nowMs: number,
): Promise<number> {
  const offsetAt = async (time: number | 'earliest'): Promise<number> =>
    (await startOffsets(client, [at.topic], time)).get(at.topic)?.get(at.partition) ?? 0;
  for (let hours = 1; hours <= OLDEST_HOURS; hours *= 2) {
    const time = nowMs - hours * HOUR_MS;
    if ((await offsetAt(time)) <= at.committed) return Math.min(at.committed, await offsetAt(start(time)));
  }
  return offsetAt('earliest');
}
