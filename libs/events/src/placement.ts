import { EventError } from './error.js';
import type { EventName } from './generated/types.js';
import { TOPICS, topicConfigs } from './topics.js';

/** Where a record lies. Absent members belong to a record that is in no topic yet. */
export interface Placement {
  readonly topic: string;
  readonly key: Buffer | null;
  readonly partition?: number;
  /** LogAppendTime, UTC epoch milliseconds. */
  readonly timestampMs?: number;
}

const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;

const mix = (word: number): number => {
  const mixed = Math.imul(word, MULTIPLIER);
  return Math.imul(mixed ^ (mixed >>> 24), MULTIPLIER);
};

/** MurmurHash2, 32 bits, little-endian, with the seed of Kafka's Java client (`org.apache.kafka.common.utils.Utils`). */
function murmur2(bytes: Buffer): number {
  let hash = SEED ^ bytes.length;
  let at = 0;
  for (; at + 4 <= bytes.length; at += 4) hash = Math.imul(hash, MULTIPLIER) ^ mix(bytes.readInt32LE(at));
  const rest = bytes.length - at;
  if (rest > 0) hash = Math.imul(hash ^ bytes.readUIntLE(at, rest), MULTIPLIER);
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
}

/** The partition that producers give a key, as Kafka's default partitioner does. */
export const partitionOf = (key: Buffer | string, partitions: number): number =>
  (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions;

const COUNTS = new Map(topicConfigs.map(({ topic, partitions }) => [topic, partitions]));

/** Facts about a partition itself: their key ends with its number, as a hash would lead elsewhere. */
const OF_A_PARTITION: readonly EventName[] = ['Ticked', 'FreezeRequested'];

/** Record key of a fact about a partition. */
export const partitionKey = (tenant: string, name: EventName, partition: number): string =>
  `${tenant}|${name}|${partition}`;

/**
 * A record that is copied elsewhere, or put again long after it was written, keeps its MAC: place and age tell.
 * @param writtenMs `ce_time`, UTC epoch milliseconds
 * @throws EventError `wrong_partition` or `too_old`
 */
export function checkPlace(name: EventName, placement: Placement, writtenMs: number): void {
  const { topic, key, partition, timestampMs } = placement;
  if (partition !== undefined && !belongs(name, topic, key ?? Buffer.alloc(0), partition))
    throw new EventError('wrong_partition', `the record's key belongs to another partition than ${partition}`);
  if (timestampMs !== undefined && timestampMs - writtenMs > ageLimitMs(topic, name))
    throw new EventError('too_old', `the record was written ${timestampMs - writtenMs} ms before it was appended`);
}

function belongs(name: EventName, topic: string, key: Buffer, partition: number): boolean {
  // Letters are about any record, and nothing follows from them.
  if (topic === TOPICS.deadLetters) return true;
  if (OF_A_PARTITION.includes(name)) return key.toString().endsWith(`|${name}|${partition}`);
  return partitionOf(key, COUNTS.get(topic) ?? 1) === partition;
}

/** What is older at its own append opens, decides and changes nothing, milliseconds. */
export const TOO_OLD_MS = 24 * 3_600_000;

/** Topics whose records are written when what they tell happens, and whose last record may overrule an earlier one. */
const PROMPT: readonly string[] = [TOPICS.actions, TOPICS.approvalLog, TOPICS.labels, TOPICS.notifications];

/** A decision is judged by the fold, by the times of its proposal. */
const ageLimitMs = (topic: string, name: EventName): number =>
  PROMPT.includes(topic) && name !== 'ActionDecided' ? TOO_OLD_MS : Infinity;
