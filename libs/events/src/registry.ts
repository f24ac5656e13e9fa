import { SCHEMAS } from './generated/schemas.js';

export interface RegisteredSchema {
  readonly subject: string;
  /** 1 or more, within the subject. */
  readonly version: number;
  readonly id: number;
  /** The Avro schema as JSON text. */
  readonly schema: string;
}

const byId = new Map<number, RegisteredSchema>(
  SCHEMAS.map(({ id, subject, version, schema }) => [id, { id, subject, version, schema }]),
);
const all = [...byId.values()];

/** What clients of other makers call a subject by themselves: the record's full name, alone or after its topic. */
const BY_RECORD = new Map<string, string>(
  SCHEMAS.flatMap(({ topic, subject, schema }) => {
    const { namespace, name } = JSON.parse(schema) as { namespace: string; name: string };
    const record = `${namespace}.${name}`;
    return [
      [record, subject],
      [`${topic}-${record}`, subject],
    ] as const;
  }),
);

const versionsOf = (subject: string): RegisteredSchema[] => all.filter((item) => item.subject === subject);

const ofTopic = (topic: string): RegisteredSchema[] =>
  SCHEMAS.filter((item) => item.topic === topic).flatMap(({ id }) => byId.get(id) ?? []);

/** The committed schemas, as the read routes of a Confluent schema registry give them. */
export const schemaRegistry = {
  byId: (id: number): RegisteredSchema | null => byId.get(id) ?? null,
  subjects: (): string[] => [...new Set(all.map(({ subject }) => subject))],
  /** Under the subject's own name, or the one that the strategies `RecordName` and `TopicRecordName` give it. */
  versions: (subject: string): RegisteredSchema[] => versionsOf(BY_RECORD.get(subject) ?? subject),
  /** As `versions`; and by `TopicName`, Confluent's default, everything that may stand in a topic's values. */
  candidates: (subject: string): RegisteredSchema[] => {
    const known = schemaRegistry.versions(subject);
    return known.length > 0 ? known : ofTopic(subject.replace(/-value$/, ''));
  },
  latest: (subject: string): RegisteredSchema | null => versionsOf(subject).at(-1) ?? null,
};
