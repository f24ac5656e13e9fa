import {
  decode,
  encode,
  MAC_HEADER,
  partitionOf,
  schemaRegistry,
  SERVICES,
  toRecord,
  topicConfigs,
} from '@countersign/events';
import type { Decoded, MacKeys, ServiceName } from '@countersign/events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A record that its topic's owner cannot take, as a client of any maker sends it. */
export interface BadRecord {
  readonly key: Buffer | string | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, Buffer | string>>;
  readonly partition?: number;
}

const KEY = 'acme|act_bad';
const GOLDEN = join(import.meta.dirname, '../../../schemas/golden');

const framed = (id: number, ...rest: Buffer[]): Buffer => {
  const head = Buffer.alloc(5);
  head.writeInt32BE(id, 1);
  return Buffer.concat([head, ...rest]);
};
const idOf = (subject: string): number => schemaRegistry.latest(subject)?.id ?? 0;
const proposed = idOf('countersign.actions.v1-ActionProposed');
const ticked = encode('Ticked', { tenant: '', client_request_id: 'a client request id' });
const noise = Buffer.from('5f1c02e9a7bb3d4410ff', 'hex');

/** Values that no service wrote. */
const VALUES: (Buffer | null)[] = [
  noise,
  // Avro that ends too early, of no schema, an array that announces a billion items, a head and nothing else.
  ticked.subarray(0, ticked.length - 3),
  framed(999_999, Buffer.from([0])),
  framed(proposed, Buffer.alloc(26), Buffer.from([0xfe, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0, 0])),
  framed(proposed),
  Buffer.alloc(0),
  null,
];

const EMPTY = { ce_id: '', ce_type: '', ce_time: '', [MAC_HEADER]: '', '': '' };
const NO_TEXT = { ce_id: Buffer.from([0xff, 0xfe]), ce_type: Buffer.from([0xff]), [MAC_HEADER]: Buffer.from([0xff]) };

const STRANGE: BadRecord[] = [
  { key: null, value: noise },
  { key: null, value: null },
  { key: '', value: noise },
  { key: Buffer.from([0xc3, 0x28, 0xff, 0]), value: noise },
  { key: KEY, value: noise, headers: EMPTY },
  { key: KEY, value: noise, headers: NO_TEXT },
];

/** Some event of a topic, with nothing in it that means anything. */
function eventOn(topic: string): Decoded {
  const subject = schemaRegistry.subjects().find((one) => one.startsWith(`${topic}-`)) ?? '';
  const file = join(GOLDEN, `${subject.slice(topic.length + 1)}.v1.json`);
  const { avro_hex } = JSON.parse(readFileSync(file, 'utf8')) as { avro_hex: string };
  return decode(framed(idOf(subject), Buffer.from(avro_hex, 'hex')));
}

type Written = BadRecord & { readonly headers: Readonly<Record<string, string>> };

/** Events that decode, and that nobody may believe all the same. */
function unbelievable({ topic, partitions }: { topic: string; partitions: number }, macKeys: MacKeys): BadRecord[] {
  const of = (service: ServiceName, { name, event }: Decoded = eventOn(topic)): Written => {
    const timeMs = Date.now();
    const { value, headers } = toRecord({ topic, name, event, key: KEY, id: `bad ${topic}`, timeMs, service, macKeys });
    return { key: KEY, value, headers };
  };
  const each = (change: (record: Written) => BadRecord): BadRecord[] => SERVICES.map((service) => change(of(service)));
  const saying = (headers: Record<string, string>) => (record: Written) => ({
    ...record,
    headers: { ...record.headers, ...headers },
  });
  const elsewhere = (partitionOf(KEY, partitions) + 1) % partitions;
  const foreign = topicConfigs.find((one) => one.topic !== topic)?.topic ?? '';
  return [
    saying({ [MAC_HEADER]: '' })(of('intake')),
    saying({ [MAC_HEADER]: 'v1,nobody,AAAA' })(of('intake')),
    of('telemetry'),
    ...each(saying({ ce_type: 'countersign.Ticked.v1' })),
    ...each(saying({ ce_time: new Date(0).toISOString() })),
    ...each(({ headers }) => of(headers['ce_source']?.split(':').at(-1) as ServiceName, eventOn(foreign))),
    ...(partitions === 1 ? [] : each((record) => ({ ...record, partition: elsewhere }))),
  ];
}

/** One record of each kind, for a topic. */
export const badRecords = (config: { topic: string; partitions: number }, macKeys: MacKeys): BadRecord[] => [
  ...VALUES.map((value) => ({ key: KEY, value })),
  ...STRANGE,
  ...unbelievable(config, macKeys),
];
