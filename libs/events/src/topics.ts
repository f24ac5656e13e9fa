import { TOPIC_CONFIGS } from './generated/topics.js';

export type TopicName = keyof typeof TOPIC_CONFIGS;

/** A topic as infra/kafka/topics.json declares it. */
export interface TopicConfig {
  readonly topic: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

const full = <N extends TopicName>(name: N): `countersign.${N}.v1` => `countersign.${name}.v1`;

/** Full names of all topics. */
export const TOPICS = {
  submissions: full('submissions'),
  actions: full('actions'),
  approvalLog: full('approval-log'),
  decisions: full('decisions'),
  approvals: full('approvals'),
  outcomes: full('outcomes'),
  labels: full('labels'),
  windows: full('windows'),
  notifications: full('notifications'),
  policies: full('policies'),
  roster: full('roster'),
  sessions: full('sessions'),
  deadLetters: full('dead-letters'),
} as const;

/** Written in the publisher's transactions, its dead letters too: what is not committed there is no fact yet. */
const TRANSACTIONAL: readonly string[] = [TOPICS.decisions, TOPICS.approvals, TOPICS.outcomes, TOPICS.deadLetters];

/**
 * Whether a topic is ours and none of our services writes transactions to it. Its records stand each for itself, so they
 * are read as they come: a client that dies inside a transaction of its own must not hold up those behind it.
 */
export const isPlainTopic = (topic: string): boolean =>
  Object.values<string>(TOPICS).includes(topic) && !TRANSACTIONAL.includes(topic);

export const topicConfigs: readonly TopicConfig[] = Object.entries(TOPIC_CONFIGS).map(
  ([name, { partitions, config }]) => ({
    topic: full(name as TopicName),
    partitions,
    config: { 'message.timestamp.type': 'LogAppendTime', ...config },
  }),
);

/** Record key of everything that belongs to one action (or, on `submissions`, to one idempotency key). */
export const recordKey = (tenant: string, id: string): string => `${tenant}|${id}`;
