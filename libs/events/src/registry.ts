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

/** The committed schemas, as the read routes of a Confluent schema registry give them. */
export const schemaRegistry = {
  byId: (id: number): RegisteredSchema | null => byId.get(id) ?? null,
  subjects: (): string[] => [...new Set(all.map(({ subject }) => subject))],
  versions: (subject: string): RegisteredSchema[] => all.filter((item) => item.subject === subject),
  latest: (subject: string): RegisteredSchema | null => all.findLast((item) => item.subject === subject) ?? null,
};
