import type { UnreadableBatch } from '@countersign/events';

/** What the rest of Countersign knows of Kafka. No type of a client library appears here, so that another client can take its place. */

/** A record to append. `key` decides the partition (murmur2, as in the Java client), unless one is named. */
export interface OutRecord {
  topic: string;
  /** For records that are about a partition itself, such as a tick. */
  partition?: number;
  key: string | Buffer | null;
  value: Buffer;
  headers: Record<string, string | Buffer>;
}

/** A record as read. `timestampMs` is the broker's LogAppendTime, UTC epoch milliseconds. */
export interface InRecord {
  topic: string;
  partition: number;
  offset: number;
  timestampMs: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, Buffer | string | undefined>;
  /** This is no record but a whole batch that cannot be read: `value` holds its bytes and `offset` is its last one. */
  unreadable?: UnreadableBatch;
}

/** Where an append landed. The offset is null when the broker only confirmed a copy it already had. */
export interface Appended {
  topic: string;
  partition: number;
  offset: number | null;
  timestampMs: number | null;
}

export interface KafkaLog {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

export interface ConnectionOptions {
  brokers: string[];
  clientId: string;
  log: KafkaLog;
}

/** Shared by everything in one process that talks to one cluster. */
export interface KafkaConnection {
  readonly brokers: readonly string[];
  readonly clientId: string;
  close(): Promise<void>;
}

export interface AppenderOptions {
  /** Records in one request, 1 or more. Default 1 000. */
  maxBatchRecords?: number;
  /** Records waiting before `append` refuses with `overloaded`. Default 20 000. */
  maxQueuedRecords?: number;
}

export interface AppendOptions {
  /** How long to try, milliseconds. Default 5 000. */
  deadlineMs?: number;
}

/**
 * Appends at least once, acknowledged by all replicas; a retry may leave a copy.
 * @throws CountersignError `overloaded` when nothing was sent, `unknown_outcome` when it may or may not be in the log.
 */
export interface Appender {
  append(records: OutRecord[], options?: AppendOptions): Promise<Appended[]>;
  /** Sends what is queued, then disconnects. */
  close(): Promise<void>;
}

/** The log time to start from; `earliest` reads everything that is kept. */
export type StartTimestamp = (nowMs: number) => number | 'earliest';

export interface FoldOptions {
  topics: string[];
  /** Every instance gets a consumer group of its own: this prefix and a random part. */
  groupPrefix: string;
  startTimestampMs: StartTimestamp;
  /** How long a record may wait for company before it is read, milliseconds; saves work where nobody waits. Default 0. */
  lingerMs?: number;
  /** Called in offset order within a partition, never twice for one offset. Synchronous; a throw stops the fold for good. */
  onRecord(record: InRecord): void;
  /** Called after each slice of at most 50 ms, before the event loop gets its turn. */
  onSliceEnd?(): void;
}

/** Reads whole topics into memory, in every instance alike. */
export interface Fold {
  /**
   * Resolves when everything that was in the topics at the time of the call is folded.
   * @throws Error when the fold is closed before that
   */
  start(): Promise<void>;
  /**
   * Folds everything that is in the topics at the time of the call: what another instance has answered is then known here too.
   * @throws Error after `withinMs` (default 5 000), or when the cluster does not answer
   */
  catchUp(withinMs?: number): Promise<void>;
  /** Resolves when the fold has read that record. @throws Error when it is closed before that */
  passed(topic: string, partition: number, offset: number): Promise<void>;
  /** The next offset that the fold expects; null before `start` knows the partition. */
  position(topic: string, partition: number): number | null;
  /** Records not folded yet, by the newest end offsets known here. */
  lag(): number;
  /** False also while the fold may be some seconds behind. */
  healthy(): boolean;
  close(): Promise<void>;
}

/** Turns source records into public ones. Must be a pure function of the records it saw. */
export interface PublisherFold {
  apply(record: InRecord): OutRecord[];
}

export interface PublisherOptions {
  /** Names the transactional ids, one for each input partition. */
  service: string;
  groupId: string;
  inputTopic: string;
  startTimestampMs: StartTimestamp;
  /** One instance publishes at most this often, milliseconds: what comes in between shares a transaction. Default 0. */
  everyMs?: number;
  makeFold(partition: number): PublisherFold;
}

/** Publishes exactly once what a fold derives from an input topic. */
export interface Publisher {
  start(): Promise<void>;
  /** True while this instance publishes from the partition. Two may think so for some seconds; only one of them can. */
  owns(partition: number): boolean;
  healthy(): boolean;
  close(): Promise<void>;
}

export interface SinkOptions {
  groupId: string;
  topics: string[];
  /** The next offset that the sink needs, from the sink itself; null = from the beginning. Asked again after every rebalance. */
  position(topic: string, partition: number): Promise<number | null>;
  /** Gets one contiguous range of one partition. A rejection is retried with the same or a longer range. */
  write(topic: string, partition: number, records: InRecord[]): Promise<void>;
  maxRecords: number;
  /** How long a record may wait for company, milliseconds. */
  maxDelayMs: number;
}

/** Writes topics to a store that remembers its own positions. */
export interface Sink {
  start(): Promise<void>;
  healthy(): boolean;
  /** Records of this instance's partitions that are not written yet. */
  lag(): number;
  close(): Promise<void>;
}

export interface ClaimsOptions {
  /** Instances of one group share out the partitions. */
  readonly groupId: string;
  readonly topic: string;
}

/** Which partitions of a topic are this instance's to work on. Two instances may both think so for some seconds. */
export interface Claims {
  start(): void;
  owns(partition: number): boolean;
  healthy(): boolean;
  close(): Promise<void>;
}

/** What a handler says of one record. Expected results are values; a throw is an unknown fault and stops the consumer. */
export type Handled =
  { kind: 'done' } | { kind: 'dead_letter'; reason: string; detail: string } | { kind: 'retry'; reason: string };

/** Must resolve only after the letter is safe; a rejection makes the record come again. */
export type DeadLetter = (record: InRecord, reason: string, detail: string) => Promise<void>;

export interface KafkaServerOptions {
  connection: KafkaConnection;
  groupId: string;
  deadLetter: DeadLetter;
}
