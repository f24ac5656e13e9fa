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

export const topicConfigs: readonly TopicConfig[] = Object.entries(TOPIC_CONFIGS).map(
  ([name, { partitions, config }]) => ({
    topic: full(name as TopicName),
    partitions,
    config: { 'message.timestamp.type': 'LogAppendTime', ...config },
  }),
);

/** Record key of everything that belongs to one action (or, on `submissions`, to one idempotency key). */
export const recordKey = (tenant: string, id: string): string => `${tenant}|${id}`;
