import { createRequire } from 'node:module';
import { ByteCursor } from './byte-cursor.js';
import { readBatches } from './record-batch.js';

/** The part of kafkajs 2.2.4's fetch that is replaced here: for each version of the protocol, how a call is made. */
interface FetchDefinition {
  protocol(asked: { version: number }): (call: FetchCall) => { response: FetchResponse };
}
type FetchCall = Record<string, unknown>;
interface FetchResponse {
  decode(answer: Buffer): Promise<unknown>;
}

/** The first version with transactions, so with batches of today's format. */
const OLDEST = 4;

/**
 * As it comes, the client library decodes a fetch in one piece: one batch that it cannot unpack fails the answer of every
 * partition, for ever; gzip may unpack to any size; and headers take time by the square of their number. Here a batch that
 * cannot be read is one record that says so.
 */
export function readEveryBatch(): void {
  const fetch = createRequire(import.meta.url)('kafkajs/src/protocol/requests/fetch') as FetchDefinition;
  const original = fetch.protocol;
  fetch.protocol = ({ version }) => {
    const make = original({ version });
    if (version < OLDEST) return make;
    return (call) => {
      const made = make(call);
      return { ...made, response: { ...made.response, decode: (answer) => decodeFetch(answer, version) } };
    };
  };
}

/** Kafka's protocol guide, "Fetch Response", versions 4 to 11. */
async function decodeFetch(answer: Buffer, version: number): Promise<unknown> {
  const cursor = new ByteCursor(answer);
  const throttleMs = cursor.int32();
  // From version 8 on the broker has not waited and asks the client to do so.
  const throttle =
    version >= 8 ? { throttleTime: 0, clientSideThrottleTime: throttleMs } : { throttleTime: throttleMs };
  const session = version >= 7 ? { errorCode: cursor.int16(), sessionId: cursor.int32() } : {};
  const responses = await inTurn(cursor.int32(), async () => ({
    topicName: cursor.bytes(cursor.int16()).toString('utf8'),
    partitions: await inTurn(cursor.int32(), () => decodePartition(cursor, version)),
  }));
  return { ...throttle, ...session, responses };
}

async function decodePartition(cursor: ByteCursor, version: number): Promise<unknown> {
  const place = { partition: cursor.int32(), errorCode: cursor.int16() };
  const ends = { highWatermark: cursor.int64(), lastStableOffset: cursor.int64() };
  if (version >= 5) cursor.skip(8);
  const abortedTransactions = await inTurn(cursor.int32(), () => ({
    producerId: cursor.int64(),
    firstOffset: cursor.int64(),
  }));
  const preferred = version >= 11 ? { preferredReadReplica: cursor.int32() } : {};
  const messages = await readBatches(cursor.bytes(Math.max(0, cursor.int32())));
  return { ...place, ...ends, abortedTransactions, ...preferred, messages };
}

/** Items stand one after the other, so each is read before the next; a negative count is none. */
async function inTurn<T>(count: number, read: () => T | Promise<T>): Promise<T[]> {
  const items: T[] = [];
  while (items.length < count) items.push(await read());
  return items;
}
