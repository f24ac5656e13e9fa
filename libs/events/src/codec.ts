import type { Schema, Type } from 'avsc';
import { typeOf } from './avro.js';
import { EventError } from './error.js';
import { SCHEMAS } from './generated/schemas.js';
import type { EventMap, EventName } from './generated/types.js';

interface Writer {
  readonly name: EventName;
  readonly topic: string;
  /** Decodes bytes of this writer's schema to the reader's, which is the newest one of that name. */
  read(avroBytes: Buffer): unknown;
}

interface Reader {
  readonly id: number;
  readonly topic: string;
  readonly type: Type;
}

/** An event as it was found in a record's value. */
export interface Decoded<N extends EventName = EventName> {
  readonly name: N;
  readonly schemaId: number;
  /** The topic that this schema belongs to. */
  readonly topic: string;
  readonly event: EventMap[N];
}

const readers = new Map<EventName, Reader>();
const writers = new Map<number, Writer>();
const MAGIC = 0;
const HEADER_BYTES = 5;

// SCHEMAS is in the order of release, so the last schema of a name is the reader's.
for (const { id, name, topic, schema } of SCHEMAS) {
  readers.set(name, { id, topic, type: typeOf(JSON.parse(schema) as Schema) });
}
for (const { id, name, topic, schema } of SCHEMAS) writers.set(id, { name, topic, read: readerOf(id, name, schema) });

function readerOf(id: number, name: EventName, schema: string): Writer['read'] {
  const { id: newest, type } = readerFor(name);
  if (newest === id) return (bytes) => type.fromBuffer(bytes);
  const resolver = type.createResolver(typeOf(JSON.parse(schema) as Schema));
  return (bytes) => type.fromBuffer(bytes, resolver);
}

function readerFor(name: EventName): Reader {
  const found = readers.get(name);
  if (found === undefined) throw new Error(`no schema named ${name}`);
  return found;
}

/** The topic of an event, by its record name. */
export const topicOf = (name: EventName): string => readerFor(name).topic;

/**
 * Encodes an event with the newest schema of its name, in Confluent's framing: 0x00, schema id as big-endian int32, Avro.
 * @throws Error when the value does not fit the schema (a fault of ours, never of a caller)
 */
export function encode<N extends EventName>(name: N, event: EventMap[N]): Buffer {
  const { id, type } = readerFor(name);
  const body = type.toBuffer(event);
  const framed = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  framed.writeUInt8(MAGIC, 0);
  framed.writeInt32BE(id, 1);
  body.copy(framed, HEADER_BYTES);
  return framed;
}

/**
 * Decodes a framed value by the schema that wrote it.
 * @throws EventError `null_value`, `bad_framing`, `unknown_schema` or `bad_avro`
 */
export function decode(value: Buffer | null): Decoded {
  if (value === null) throw new EventError('null_value', 'the record has no value');
  if (value.length < HEADER_BYTES || value[0] !== MAGIC) throw new EventError('bad_framing', 'no schema id in front');
  const schemaId = value.readInt32BE(1);
  const writer = writers.get(schemaId);
  if (writer === undefined) throw new EventError('unknown_schema', `schema id ${schemaId} is not in the registry`);
  const { name, topic } = writer;
  try {
    // The schema id decides which event this is, so name and event fit by construction.
    return { name, topic, schemaId, event: writer.read(value.subarray(HEADER_BYTES)) as EventMap[EventName] };
  } catch (cause) {
    throw new EventError('bad_avro', `not ${name}: ${cause instanceof Error ? cause.message : 'unreadable'}`, {
      cause,
    });
  }
}

/**
 * As `decode`, for what strangers wrote: texts whose bytes are not UTF-8 would all read the same, whatever was signed.
 * @throws EventError as `decode` does, and `malformed`
 */
export function decodeExact(value: Buffer | null): Decoded {
  const decoded = decode(value);
  if (hasReplacement(decoded.event) && !encode(decoded.name, decoded.event).equals(value!))
    throw new EventError('malformed', 'a text of the record is not UTF-8');
  return decoded;
}

/** U+FFFD is what stands for bytes that are not UTF-8; an author may also have written it. */
const hasReplacement = (value: unknown): boolean =>
  typeof value === 'string'
    ? value.includes('\ufffd')
    : typeof value === 'object' &&
      value !== null &&
      !Buffer.isBuffer(value) &&
      Object.values(value).some(hasReplacement);

/** True for an event of that name; narrows its type. */
export const isEvent = <N extends EventName>(decoded: Decoded, name: N): decoded is Decoded<N> => decoded.name === name;
