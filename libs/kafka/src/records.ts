import type { UnreadableBatch } from '@countersign/events';
import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import type { InRecord, OutRecord } from './port.js';

function singleHeaders(headers: IHeaders | undefined): InRecord['headers'] {
  // A header may be called `__proto__`.
  const single = Object.create(null) as InRecord['headers'];
  for (const name in headers) {
    const value = headers[name];
    single[name] = Array.isArray(value) ? value[0] : value;
  }
  return single;
}

/** A repeated header counts once: the first one. */
export function toInRecord(topic: string, partition: number, message: KafkaMessage): InRecord {
  const { unreadable } = message as KafkaMessage & { unreadable?: UnreadableBatch };
  const { key, value } = message;
  return {
    ...{ topic, partition, key, value },
    offset: Number(message.offset),
    timestampMs: Number(message.timestamp),
    headers: singleHeaders(message.headers),
    ...(unreadable && { unreadable }),
  };
}

export const toMessage = ({ key, value, headers, partition }: OutRecord): Message =>
  partition === undefined ? { key, value, headers } : { key, value, headers, partition };

/** An estimate of the bytes on the wire; brokers refuse a batch above 1 MiB by default. */
export function sizeOf({ key, value, headers }: OutRecord): number {
  let bytes = 64 + value.length + (key?.length ?? 0);
  for (const name in headers) bytes += name.length + (headers[name]?.length ?? 0);
  return bytes;
}

/** Largest request of one send, bytes: below the broker's default of 1 MiB for one partition. */
export const MAX_SEND_BYTES = 700_000;

/** Groups records by topic in their order. */
export function byTopic<M>(
  items: readonly { readonly topic: string; readonly message: M }[],
): { topic: string; messages: M[] }[] {
  const topics = new Map<string, M[]>();
  for (const { topic, message } of items) {
    const messages = topics.get(topic);
    if (messages) messages.push(message);
    else topics.set(topic, [message]);
  }
  return [...topics].map(([topic, messages]) => ({ topic, messages }));
}

/** Cuts a list of records so that no send is above the limit. */
export function inSends(records: readonly OutRecord[]): OutRecord[][] {
  const sends: OutRecord[][] = [];
  let bytes = Infinity;
  for (const record of records) {
    const size = sizeOf(record);
    if (bytes + size > MAX_SEND_BYTES) {
      sends.push([]);
      bytes = 0;
    }
    sends.at(-1)!.push(record);
    bytes += size;
  }
  return sends;
}
