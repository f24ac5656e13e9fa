import type { DeadLettered } from './generated/types.js';
import type { MacKeys, ServiceName } from './mac.js';
import { eventId, toRecord } from './record.js';
import type { ReadRecord, WireRecord } from './record.js';
import { TOPICS } from './topics.js';

/** A record with its place in Kafka. */
export interface PlacedRecord extends ReadRecord {
  readonly partition: number;
  readonly offset: number;
  /** LogAppendTime, UTC epoch milliseconds. */
  readonly timestampMs: number;
}

/** Who gives up on a record, and why. */
export interface DeadLetterCause {
  readonly service: ServiceName;
  /** Step within the service, e.g. `decode`. */
  readonly step: string;
  /** Stable code, e.g. `unknown_schema`. */
  readonly reason: string;
  /** What was wrong, without payload. */
  readonly detail: string;
}

/**
 * What a letter keeps of its record, bytes. With its own key, headers and words it stays below 700 KiB, the largest record
 * that any service writes: a letter that the broker refuses would stop its sender for good.
 */
const KEPT_BYTES = 680 * 1_024;
const KEY_BYTES = 64 * 1_024;
const HEADERS_BYTES = 64 * 1_024;
/** A header costs a few bytes beside its name and value. */
const HEADER_COST_BYTES = 16;
const MAX_DETAIL = 1_000;
const MAX_LETTER_KEY_BYTES = 1_024;

/** Keeps a record that cannot be processed, whole where it fits. Its id repeats for the same record, so a second letter is the same one. */
export function deadLetter(record: PlacedRecord, cause: DeadLetterCause, macKeys: MacKeys): WireRecord {
  const { topic, partition, timestampMs, key } = record;
  const offset = firstOffset(record);
  return toRecord({
    topic: TOPICS.deadLetters,
    name: 'DeadLettered',
    event: contentOf(record, cause),
    key: key !== null && key.length <= MAX_LETTER_KEY_BYTES ? key.toString('utf8') : `${topic}|${partition}|${offset}`,
    id: eventId(topic, partition, offset),
    timeMs: timestampMs,
    service: cause.service,
    macKeys,
  });
}

function contentOf(record: PlacedRecord, { service, step, reason, detail }: DeadLetterCause): DeadLettered {
  const { topic, partition, timestampMs } = record;
  const { cuts, ...kept } = keptOf(record);
  return {
    ...{ source_topic: topic, source_partition: partition, source_offset: firstOffset(record) },
    ...kept,
    ...{ step: `${service}/${step}`, reason, recorded_at: timestampMs, is_cut: cuts.length > 0 },
    detail: [detail.slice(0, MAX_DETAIL).toWellFormed(), ...cuts].join('; '),
  };
}

/** One budget for all parts: key and headers up to their shares, the value what is left. `cuts` says what is not whole. */
function keptOf({ key, value, headers }: PlacedRecord) {
  const keptKey = key?.subarray(0, KEY_BYTES) ?? null;
  const kept = keptHeaders(headers);
  const room = KEPT_BYTES - (keptKey?.length ?? 0) - kept.bytes;
  const keptValue = value?.subarray(0, room) ?? null;
  const all = Object.keys(headers).length;
  const cuts = [...cutOf('key', key, keptKey), ...cutOf('value', value, keptValue)];
  if (kept.headers.length < all) cuts.push(`${kept.headers.length} of ${all} headers are kept`);
  return { key: keptKey, value: keptValue, headers: kept.headers, cuts };
}

const cutOf = (name: string, whole: Buffer | null, kept: Buffer | null): string[] =>
  whole !== null && kept !== null && kept.length < whole.length
    ? [`the first ${kept.length} of ${whole.length} bytes of the ${name} are kept`]
    : [];

/** Headers that fit, each whole or not at all. */
function keptHeaders(headers: PlacedRecord['headers']) {
  const kept: DeadLettered['headers'][number][] = [];
  let bytes = 0;
  for (const [name, content] of Object.entries(headers)) {
    const value = Buffer.from(content ?? '');
    const cost = Buffer.byteLength(name) + value.length + HEADER_COST_BYTES;
    if (bytes + cost > HEADERS_BYTES) continue;
    bytes += cost;
    kept.push({ name, value });
  }
  return { headers: kept, bytes };
}

/** Where a whole batch cannot be read, its letter stands for all of it. */
const firstOffset = ({ offset, unreadable }: PlacedRecord): number => unreadable?.firstOffset ?? offset;
