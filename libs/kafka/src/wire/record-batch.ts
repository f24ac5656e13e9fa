import type { UnreadableBatch } from '@countersign/events';
import { yieldToLoop } from '../pace.js';
import { MAX_UNPACKED_BYTES, WireFault } from './bounded-output.js';
import { ByteCursor, damaged } from './byte-cursor.js';
import { crc32c } from './crc32c.js';
import { unpack } from './unpack.js';

/** A record as the client library holds it; numbers of 64 bits are decimal text. */
export interface WireRecord {
  readonly offset: string;
  readonly timestamp: string;
  readonly attributes: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, Buffer | undefined>;
  /** Written by the broker, for nobody to see. */
  readonly isControlRecord: boolean;
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
  /** Why this stands for a whole batch whose records cannot be read; `value` is that batch as it was fetched. */
  readonly unreadable?: UnreadableBatch;
}

/** Where the parts of a batch stand; Kafka's protocol guide, "Record Batch". */
const AT = { length: 8, magic: 16, crc: 17, attributes: 21, count: 57, records: 61 };
const MAGIC = 2;
/** A record has at least 7 bytes but costs some hundred in memory. */
const MAX_RECORDS = 50_000;
const RECORD_COST_BYTES = 100;
/** From here on the event loop gets its turn after a batch, bytes. */
const LONG_WORK_BYTES = 1_048_576;

/**
 * The records of one partition's answer. A batch that cannot be read becomes one record that says so; what the broker cut
 * off at the end is left for the next fetch, and so is what lies behind 8 MiB of unpacked records.
 * @throws WireFault when the answer itself is damaged: nobody knows where its next batch begins
 */
export async function readBatches(answer: Buffer): Promise<WireRecord[]> {
  const records: WireRecord[] = [];
  for (let at = 0, spent = 0; at + AT.crc <= answer.length && spent < MAX_UNPACKED_BYTES;) {
    const end = at + AT.length + 4 + answer.readInt32BE(at + AT.length);
    if (end <= at + AT.magic) throw damaged();
    if (end > answer.length) break;
    const { found, cost } = await readBatch(answer.subarray(at, end));
    for (const record of found) records.push(record);
    if (cost > LONG_WORK_BYTES) await yieldToLoop();
    spent += cost;
    at = end;
  }
  return records;
}

interface Read {
  readonly found: readonly WireRecord[];
  /** Work and memory that the batch took, in bytes. */
  readonly cost: number;
}

async function readBatch(batch: Buffer): Promise<Read> {
  if (batch[AT.magic] !== MAGIC) return { found: [oldFormat(batch)], cost: batch.length };
  if (batch.length < AT.records) throw damaged();
  const head = headOf(batch);
  try {
    const records = await unpack(head.codec, checked(batch));
    const found = head.count === 0 ? [placeholder(head)] : recordsOf(head, records);
    return { found, cost: records.length + found.length * RECORD_COST_BYTES };
  } catch (error) {
    const why = error instanceof WireFault ? error.message : damaged().message;
    return { found: [unreadable(batch, head, why)], cost: MAX_UNPACKED_BYTES };
  }
}

type Head = ReturnType<typeof headOf>;

function headOf(batch: Buffer) {
  const cursor = new ByteCursor(batch, AT.attributes);
  const first = Number(batch.readBigInt64BE(0));
  const attributes = cursor.int16();
  const lastDelta = cursor.int32();
  const [firstTimestamp, maxTimestamp, producerId] = [cursor.int64(), cursor.int64(), cursor.int64()];
  return {
    ...{ first, lastDelta, firstTimestamp, maxTimestamp },
    codec: attributes & 7,
    isLogTime: (attributes & 8) !== 0,
    isControlRecord: (attributes & 32) !== 0,
    count: batch.readInt32BE(AT.count),
    batchContext: { producerId, inTransaction: (attributes & 16) !== 0 },
  };
}

function checked(batch: Buffer): Buffer {
  if (crc32c(batch.subarray(AT.attributes)) !== batch.readUInt32BE(AT.crc))
    throw new WireFault('its checksum is wrong');
  return batch.subarray(AT.records);
}

function recordsOf(head: Head, bytes: Buffer): WireRecord[] {
  if (head.count > MAX_RECORDS) throw new WireFault(`it has more than ${MAX_RECORDS} records`);
  const cursor = new ByteCursor(bytes);
  const records: WireRecord[] = [];
  for (let left = head.count; left > 0; left--)
    records.push(recordOf(head, new ByteCursor(cursor.bytes(cursor.varint()))));
  if (!cursor.isAtEnd) throw damaged();
  return records;
}

function recordOf(head: Head, cursor: ByteCursor): WireRecord {
  cursor.skip(1);
  const [timeDelta, delta] = [cursor.varint(), cursor.varint()];
  if (delta < 0 || delta > head.lastDelta) throw damaged();
  const timestamp = head.isLogTime ? head.maxTimestamp : String(Number(head.firstTimestamp) + timeDelta);
  const [key, value] = [cursor.varBytes(), cursor.varBytes()];
  return { ...blank(head, delta), timestamp, key, value, headers: headersOf(cursor) };
}

/** A repeated header counts once: the first one. */
function headersOf(cursor: ByteCursor): WireRecord['headers'] {
  const headers = Object.create(null) as WireRecord['headers'];
  for (let left = cursor.varint(); left > 0; left--) {
    const name = (cursor.varBytes() ?? Buffer.alloc(0)).toString('utf8');
    const value = cursor.varBytes() ?? undefined;
    if (!(name in headers)) headers[name] = value;
  }
  return headers;
}

const blank = ({ first, maxTimestamp, isControlRecord, batchContext }: Head, delta: number): WireRecord => ({
  ...{ offset: String(first + delta), timestamp: maxTimestamp, attributes: 0, key: null, value: null, headers: {} },
  ...{ isControlRecord, batchContext },
});

/** A batch whose records are all gone still moves the position on. */
const placeholder = (head: Head): WireRecord => ({ ...blank(head, head.lastDelta), isControlRecord: true });

/** It stands at the end of its batch, so that the position moves past all of it. */
function unreadable(batch: Buffer, head: Head, why: string): WireRecord {
  const [firstOffset, lastOffset] = [head.first, head.first + head.lastDelta];
  const detail = `the batch of offsets ${firstOffset} to ${lastOffset} cannot be read: ${why}`;
  return { ...blank(head, head.lastDelta), value: batch, unreadable: { firstOffset, lastOffset, detail } };
}

/** From before Kafka 0.11; brokers from 4.0 on return none. */
function oldFormat(batch: Buffer): WireRecord {
  const offset = Number(batch.readBigInt64BE(0));
  const detail = `the batch up to offset ${offset} cannot be read: message format ${batch[AT.magic]} is too old`;
  return {
    ...{ offset: String(offset), timestamp: '0', attributes: 0, key: null, value: batch, headers: {} },
    ...{ isControlRecord: false, batchContext: { producerId: '-1', inTransaction: false } },
    unreadable: { firstOffset: offset, lastOffset: offset, detail },
  };
}
