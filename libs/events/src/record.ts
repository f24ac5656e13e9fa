import { uuid5, canonicalize } from '@countersign/canonical';
import { decode, encode } from './codec.js';
import type { Decoded } from './codec.js';
import { EventError } from './error.js';
import type { EventMap, EventName } from './generated/types.js';
import { MAC_HEADER, signRecord, verifyRecord } from './mac.js';
import type { MacKeys, ServiceName } from './mac.js';
import { checkPlace } from './placement.js';
import type { Placement } from './placement.js';
import { TOPICS } from './topics.js';

/** A record ready to be produced. */
export interface WireRecord {
  readonly topic: string;
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Record<string, string>;
}

export interface NewRecord<N extends EventName> {
  readonly topic: string;
  readonly name: N;
  readonly event: EventMap[N];
  /** Record key, usually `recordKey(tenant, action_id)`. */
  readonly key: string;
  /** CloudEvents id; deterministic (see `eventId`), so that a repeated computation yields the same record. */
  readonly id: string;
  /** CloudEvents time, UTC epoch milliseconds. */
  readonly timeMs: number;
  readonly service: ServiceName;
  readonly macKeys: MacKeys;
  /** W3C Trace Context, copied from the cause; left out when it is none. */
  readonly traceparent?: string | undefined;
}

/** A record as it was read from a topic. */
export interface ReadRecord extends Placement {
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer | string | undefined>>;
  /** Set where this stands for a whole batch that cannot be read. */
  readonly unreadable?: UnreadableBatch;
}

/** Which offsets a batch has that cannot be read, and why. */
export interface UnreadableBatch {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly detail: string;
}

export interface Opened<N extends EventName = EventName> extends Decoded<N> {
  readonly service: ServiceName;
  /** CloudEvents id. */
  readonly id: string;
  /** CloudEvents time: when the record was written, UTC epoch milliseconds. */
  readonly writtenMs: number;
}

/** Deterministic CloudEvents id: UUIDv5 of cause and type. */
export const eventId = (...parts: readonly (string | number)[]): string => uuid5(canonicalize(parts));

/** W3C Trace Context, section 3.2; anything else is dropped, as the standard asks for. */
const TRACEPARENT = /^(?!ff)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}$/;

/** An event as a record: CloudEvents 1.0 Kafka binding, binary mode, with `countersign-mac`. */
export function toRecord<N extends EventName>(record: NewRecord<N>): WireRecord {
  const { topic, name, event, key, id, timeMs, service, macKeys, traceparent } = record;
  const value = encode(name, event);
  const headers: Record<string, string> = {
    ce_specversion: '1.0',
    ce_id: id,
    ce_type: `countersign.${name}.v1`,
    ce_source: `urn:countersign:${service}`,
    ce_time: new Date(timeMs).toISOString(),
    ce_subject: key,
  };
  headers[MAC_HEADER] = signRecord({ topic, key, value, headers }, service, macKeys);
  if (traceparent !== undefined && TRACEPARENT.test(traceparent)) headers['traceparent'] = traceparent;
  return { topic, key, value, headers };
}

/** Short name of the event that a `ce_type` of ours says; null for any other text. */
export const statedEvent = (ceType: string): string | null => /^countersign\.(\w+)\.v1$/.exec(ceType)?.[1] ?? null;

/** Who writes to a topic; on the approval log each service its own events. Nobody of ours writes submissions. */
export const writersOf = (topic: string): readonly ServiceName[] =>
  topic === TOPICS.approvalLog ? ['policy', 'approval'] : (WRITERS[topic] ?? []);

const WRITERS: Readonly<Record<string, readonly ServiceName[]>> = {
  [TOPICS.actions]: ['intake'],
  [TOPICS.labels]: ['intake'],
  [TOPICS.decisions]: ['approval'],
  [TOPICS.approvals]: ['approval'],
  [TOPICS.outcomes]: ['approval'],
  [TOPICS.windows]: ['policy'],
  [TOPICS.notifications]: ['approval'],
  [TOPICS.policies]: ['policy'],
  [TOPICS.roster]: ['approval'],
  [TOPICS.sessions]: ['approval'],
  [TOPICS.deadLetters]: ['intake', 'policy', 'approval', 'telemetry'],
};

/** On the approval log, policy may decide and do nothing else; everything else is approval's. */
const mayWrite = (service: ServiceName, topic: string, name: EventName): boolean =>
  topic === TOPICS.approvalLog
    ? service === (name === 'ActionDecided' ? 'policy' : 'approval')
    : (WRITERS[topic] ?? []).includes(service);

/** @throws EventError `unreadable_batch` where there is no record to look at */
export function refuseUnreadable({ unreadable }: ReadRecord): void {
  if (unreadable) throw new EventError('unreadable_batch', unreadable.detail);
}

/**
 * Decodes a record of one of our services and checks that the service which may write it did.
 * The event's type comes from the schema id inside the signed value, never from a header.
 * @throws EventError with the reason for the dead letter
 */
export function openRecord(record: ReadRecord, macKeys: MacKeys): Opened {
  const { topic, key, value, headers } = record;
  refuseUnreadable(record);
  if (value === null) throw new EventError('null_value', 'the record has no value');
  const service = verifyRecord({ topic, key, value, headers }, macKeys);
  const decoded = decode(value);
  if (decoded.topic !== topic) throw new EventError('wrong_topic', `${decoded.name} does not belong on ${topic}`);
  if (!mayWrite(service, topic, decoded.name)) {
    throw new EventError('wrong_writer', `${service} may not write ${decoded.name}`);
  }
  const writtenMs = Date.parse(String(headers['ce_time']));
  if (Number.isNaN(writtenMs)) throw new EventError('bad_framing', 'header ce_time is no time');
  checkPlace(decoded.name, record, writtenMs);
  return { ...decoded, service, id: String(headers['ce_id']), writtenMs };
}
