import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import avro from 'avsc';
import {
  deadLetter,
  decode,
  encode,
  EventError,
  openRecord,
  partitionKey,
  partitionOf,
  schemaRegistry,
  signRecord,
  toRecord,
  TOPICS,
  topicConfigs,
} from './index.js';
import type { DeadLettered, EventName, Ticked, WireRecord } from './index.js';

const root = join(import.meta.dirname, '../../..');
const macKeys = {
  intake: '11'.repeat(32),
  policy: '22'.repeat(32),
  approval: '33'.repeat(32),
  telemetry: '44'.repeat(32),
};
const reasonOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof EventError) return error.reason;
    throw error;
  }
  return 'accepted';
};

interface Golden {
  schema: string;
  value: unknown;
  avro_hex: string;
}
const goldenFiles = readdirSync(join(root, 'schemas/golden'));
const golden = (file: string): Golden => JSON.parse(readFileSync(join(root, 'schemas/golden', file), 'utf8')) as Golden;

describe('golden bytes', () => {
  it.each(goldenFiles)('%s decodes to its value and encodes to its bytes', (file) => {
    const { schema, value, avro_hex } = golden(file);
    const type = avro.Type.forSchema(JSON.parse(readFileSync(join(root, schema), 'utf8')) as avro.Schema, {
      wrapUnions: 'auto',
    });
    const body = Buffer.from(avro_hex, 'hex');
    expect(JSON.parse(type.toString(type.fromBuffer(body)))).toEqual(value);
    const subject = schemaRegistry.subjects().find((s) => s.endsWith(`-${file.split('.')[0]}`)) ?? '';
    const released = schemaRegistry.versions(subject).find(({ version }) => `v${version}` === file.split('.')[1]);
    const id = Buffer.alloc(5);
    id.writeInt32BE(released?.id ?? 0, 1);
    const { name, event } = decode(Buffer.concat([id, body]));
    const again = encode(name as 'Ticked', event as Ticked);
    expect(decode(again).event).toEqual(event);
    // An event of an older schema is written again with the newest one.
    const isNewest = released?.id === schemaRegistry.latest(subject)?.id;
    expect(isNewest ? again.subarray(5).toString('hex') : avro_hex).toBe(avro_hex);
  });

  it('exists for every schema', () => {
    const released = schemaRegistry.subjects().flatMap((subject) => schemaRegistry.versions(subject));
    expect(goldenFiles).toHaveLength(released.length);
  });
});

describe('decode', () => {
  const ticked = encode('Ticked', { tenant: '', client_request_id: 'x' });
  const bomb = (): Buffer => {
    // ActionProposed up to `operators`, then an array block that announces a billion items.
    const id = Buffer.alloc(5);
    id.writeInt32BE(schemaRegistry.latest('countersign.actions.v1-ActionProposed')?.id ?? 0, 1);
    return Buffer.concat([id, Buffer.alloc(26), Buffer.from([0xfe, 0xff, 0xff, 0xff, 0x0f])]);
  };

  it.each([
    ['null_value', null],
    ['bad_framing', Buffer.from('no')],
    ['bad_framing', Buffer.from([1, 0, 0, 0, 1])],
    ['unknown_schema', Buffer.from([0, 0, 0, 39, 15, 0])],
    ['bad_avro', ticked.subarray(0, ticked.length - 1)],
    ['bad_avro', Buffer.concat([ticked, Buffer.from([0])])],
  ])('answers %s', (reason, value) => expect(reasonOf(() => decode(value))).toBe(reason));

  it('refuses an array bomb at once', () => {
    const started = performance.now();
    expect(reasonOf(() => decode(bomb()))).toBe('bad_avro');
    expect(performance.now() - started).toBeLessThan(200);
  });
});

describe('openRecord', () => {
  const tick: Ticked = { tenant: '', client_request_id: 'x' };
  const record = (topic: string, service: 'policy' | 'approval') =>
    toRecord({ topic, name: 'Ticked', event: tick, key: '|Ticked|2', id: 'id', timeMs: 0, service, macKeys });
  const open = (r: ReturnType<typeof record>, change: object = {}) =>
    openRecord({ ...r, key: Buffer.from(r.key), ...change }, macKeys);

  it.each([
    ['a context', '00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb-01', true],
    ['none', undefined, false],
    ['a long one', `00-${'a'.repeat(9_000)}-bbbbbbbbbbbbbbbb-01`, false],
    ['one with more behind it', '00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb-01-x', false],
    ['one of zeros', `00-${'0'.repeat(32)}-bbbbbbbbbbbbbbbb-01`, false],
    ['a text', 'ann', false],
  ])('hands the trace of its cause on where that is one: %s', (_, traceparent, isKept) => {
    const { headers } = toRecord({
      ...{ topic: TOPICS.approvalLog, name: 'Ticked', event: tick, key: 'k', id: 'id', timeMs: 0 },
      ...{ service: 'approval', macKeys, traceparent },
    });
    expect(headers['traceparent']).toBe(isKept ? traceparent : undefined);
  });

  it('believes the right writer', () => {
    expect(open(record(TOPICS.approvalLog, 'approval'))).toMatchObject({
      name: 'Ticked',
      service: 'approval',
      event: tick,
    });
  });

  it.each<[string, () => unknown]>([
    ['missing_mac', () => open(record(TOPICS.approvalLog, 'approval'), { headers: {} })],
    ['bad_mac', () => open(record(TOPICS.approvalLog, 'approval'), { key: Buffer.from('other') })],
    [
      'bad_mac',
      () => open(record(TOPICS.approvalLog, 'approval'), { value: encode('Ticked', { ...tick, tenant: 'a' }) }),
    ],
    ['bad_mac', () => open(record(TOPICS.approvalLog, 'approval'), { topic: TOPICS.approvals })],
    ...['ce_id', 'ce_type', 'ce_time'].flatMap((name): [string, () => unknown][] => {
      const { headers } = record(TOPICS.approvalLog, 'approval');
      const { [name]: _, ...without } = headers;
      const others = [{ ...headers, [name]: '2026-06-19T00:00:00.000Z' }, without];
      return others.map((changed) => [
        'bad_mac',
        () => open(record(TOPICS.approvalLog, 'approval'), { headers: changed }),
      ]);
    }),
    ['wrong_writer', () => open(record(TOPICS.approvalLog, 'policy'))],
    ['wrong_topic', () => open(record(TOPICS.approvals, 'approval'))],
    ['null_value', () => open(record(TOPICS.approvalLog, 'approval'), { value: null })],
  ])('refuses with %s', (reason, run) => expect(reasonOf(run)).toBe(reason));

  it('frames what the MAC covers, so that no byte can move from one part to the next', () => {
    const headers = { ce_id: 'ab', ce_type: 'c', ce_time: 't' };
    const input = { topic: 'a', key: 'bc', value: Buffer.from('d'), headers };
    const macOf = (change: object): string => signRecord({ ...input, ...change }, 'approval', macKeys);
    const moved = [
      { topic: 'ab', key: 'c' },
      { key: 'bcd', value: Buffer.alloc(0) },
      { value: Buffer.from('da'), headers: { ...headers, ce_id: 'b' } },
    ];
    for (const change of moved) expect(macOf(change)).not.toBe(macOf({}));
    const parts = ['a', 'bc', 'd', 'ab', 'c', 't'].map(
      (part) => `${'0'.repeat(7)}${part.length}${Buffer.from(part).toString('hex')}`,
    );
    const mac = createHmac('sha256', Buffer.from(macKeys.approval, 'hex')).update(Buffer.from(parts.join(''), 'hex'));
    expect(macOf({})).toBe(`v1,approval,${mac.digest('base64')}`);
  });

  it('says which event it is and when it was written', () => {
    expect(open(record(TOPICS.approvalLog, 'approval'))).toMatchObject({ id: 'id', writtenMs: 0 });
  });

  it('believes every key of a service while they are rotated; the last one writes', () => {
    const [old, fresh] = ['aa'.repeat(32), 'bb'.repeat(32)];
    const written = (approval: string | readonly string[]) =>
      toRecord({
        ...{
          topic: TOPICS.approvalLog,
          name: 'Ticked',
          event: tick,
          key: 'k',
          id: 'id',
          timeMs: 0,
          service: 'approval',
        },
        macKeys: { approval },
      });
    const read = (r: ReturnType<typeof written>, approval: string | readonly string[]) =>
      openRecord({ ...r, key: Buffer.from(r.key) }, { approval }).service;
    for (const keys of [old, [old], [fresh, old], [old, fresh]]) expect(read(written(old), keys)).toBe('approval');
    expect(read(written([old, fresh]), fresh)).toBe('approval');
    expect(reasonOf(() => read(written([old, fresh]), old))).toBe('bad_mac');
    expect(reasonOf(() => read(written(old), []))).toBe('bad_mac');
  });
});

describe('a record that is put elsewhere or again', () => {
  const hour = 3_600_000;
  const key = 'acme|act_42c5f297-9a6d-5ca8-a78a-de638ee55f46';
  const own = partitionOf(key, 4);
  const tick: Ticked = { tenant: '', client_request_id: 'x' };
  const cancel = { ...tick, tenant: 'acme', action_id: 'a', run_id: 'r', agent_id: 'a', reason: null };
  const place = (change: object = {}) => ({ partition: own, timestampMs: hour, ...change });
  const openAt = (at: object, name: 'CancelRequested' | 'Ticked' = 'CancelRequested', recordKey = key) => {
    const what = { topic: TOPICS.approvalLog, name, event: name === 'Ticked' ? tick : cancel, key: recordKey };
    const made = toRecord<EventName>({ ...what, id: 'id', timeMs: 0, service: 'approval', macKeys });
    return reasonOf(() => openRecord({ ...made, key: Buffer.from(made.key), ...at }, macKeys));
  };

  it.each<[string, object]>([
    ['accepted', place()],
    ['wrong_partition', place({ partition: (own + 1) % 4 })],
    ['accepted', place({ timestampMs: 24 * hour })],
    ['too_old', place({ timestampMs: 24 * hour + 1 })],
  ])('is %s in %j', (reason, at) => expect(openAt(at)).toBe(reason));

  it('belongs to the partition that its key names, when it is about a partition', () => {
    const named = partitionKey('', 'Ticked', 3);
    expect([3, 2].map((partition) => openAt(place({ partition }), 'Ticked', named))).toEqual([
      'accepted',
      'wrong_partition',
    ]);
    expect(openAt(place(), 'Ticked', key)).toBe('wrong_partition');
  });
});

describe('deadLetter', () => {
  const place = { topic: 't', partition: 1, offset: 7, timestampMs: 5, headers: { h: Buffer.from('v') } };
  const cause = { service: 'approval', step: 'publish', reason: 'bad_avro', detail: 'no' } as const;
  const letterOf = (key: Buffer | null, value: Buffer | null) => {
    const record = deadLetter({ ...place, key, value }, cause, macKeys);
    return { record, letter: decode(record.value).event as DeadLettered };
  };

  it('keeps the record whole and repeats its id', () => {
    const { record, letter } = letterOf(Buffer.from('acme|a'), Buffer.from('x'));
    expect(letter).toMatchObject({
      source_topic: 't',
      source_partition: 1,
      source_offset: 7,
      step: 'approval/publish',
      reason: 'bad_avro',
    });
    expect([letter.key?.toString(), letter.value?.toString(), letter.headers]).toEqual([
      'acme|a',
      'x',
      [{ name: 'h', value: Buffer.from('v') }],
    ]);
    expect(letterOf(null, null).record.headers['ce_id']).toBe(record.headers['ce_id']);
  });

  const KIB = 1_024;
  const bytesOf = ({ key, value, headers }: WireRecord): number =>
    Object.entries(headers).reduce((sum, [name, text]) => sum + name.length + Buffer.byteLength(text), 0) +
    Buffer.byteLength(key) +
    value.length;

  it.each<[string, [number, number, number, number]]>([
    ['a large value and large headers', [4, 648_000, 400_000, 1]],
    ['a large key and a large value', [140_000, 900_000, 10, 1]],
    ['very many headers', [4, 10, 1, 90_000]],
    ['one header above all', [4, 600_000, 300_000, 1]],
  ])('fits whatever it keeps: %s', (_, [keyBytes, valueBytes, headerBytes, count]) => {
    const headers = Object.fromEntries(
      Array.from({ length: count }, (_value, index) => [`h${index}`, Buffer.alloc(headerBytes)]),
    );
    const [key, value] = [Buffer.alloc(keyBytes, 'k'), Buffer.alloc(valueBytes, 'v')];
    const record = deadLetter({ ...place, key, value, headers }, { ...cause, detail: 'd'.repeat(90_000) }, macKeys);
    const letter = decode(record.value).event as DeadLettered;
    expect(bytesOf(record)).toBeLessThanOrEqual(700 * KIB);
    expect([letter.is_cut, letter.key?.equals(key.subarray(0, letter.key.length))]).toEqual([true, true]);
    expect(letter.detail).toMatch(/are kept$/);
  });

  it('fits for any record, and says that it is cut exactly when it is', () => {
    const size = fc.integer({ min: 0, max: 1_048_576 });
    const names = fc.uniqueArray(fc.string({ maxLength: 40 }), { maxLength: 20 });
    fc.assert(
      fc.property(fc.tuple(size, size, size), names, ([keyBytes, valueBytes, headerBytes], header) => {
        const headers = Object.fromEntries(header.map((name) => [name, Buffer.alloc(headerBytes >> 4)]));
        const [key, value] = [Buffer.alloc(keyBytes, 0xff), Buffer.alloc(valueBytes)];
        const record = deadLetter({ ...place, key, value, headers }, cause, macKeys);
        const letter = decode(record.value).event as DeadLettered;
        const whole = [
          letter.key?.length === keyBytes,
          letter.value?.length === valueBytes,
          letter.headers.length === header.length,
        ];
        expect(bytesOf(record)).toBeLessThanOrEqual(700 * KIB);
        expect(letter.is_cut).toBe(whole.includes(false));
        expect(letter.detail.includes('are kept')).toBe(letter.is_cut);
      }),
      { numRuns: 60 },
    );
  });

  it('says in words what was cut', () => {
    const { record, letter } = letterOf(Buffer.alloc(5_000), Buffer.alloc(1_000_000));
    expect(record.key).toBe('t|1|7');
    expect(letter.detail).toBe('no; the first 691302 of 1000000 bytes of the value are kept');
  });

  it('stands for all offsets of a batch that cannot be read', () => {
    const unreadable = { firstOffset: 3, lastOffset: 7, detail: 'the batch of offsets 3 to 7 cannot be read: so' };
    const read = { ...place, key: null, value: Buffer.from('packed'), headers: {}, unreadable };
    expect(reasonOf(() => openRecord(read, macKeys))).toBe('unreadable_batch');
    expect(decode(deadLetter(read, cause, macKeys).value).event).toMatchObject({ source_offset: 3 });
  });
});

describe('contract', () => {
  it('gives every keyed topic one partition count', () => {
    const others: readonly string[] = [TOPICS.submissions, TOPICS.policies, TOPICS.roster];
    const keyed = topicConfigs.filter(({ topic }) => !others.includes(topic));
    expect(new Set(keyed.map(({ partitions }) => partitions)).size).toBe(1);
    expect(topicConfigs.every(({ config }) => config['message.timestamp.type'] === 'LogAppendTime')).toBe(true);
  });

  it('documents every field of every schema', () => {
    const undocumented: string[] = [];
    const walk = (schema: unknown, path: string): void => {
      if (Array.isArray(schema)) return schema.forEach((branch) => walk(branch, path));
      if (typeof schema !== 'object' || schema === null) return;
      const {
        type,
        items,
        fields = [],
        doc,
      } = schema as {
        type?: unknown;
        items?: unknown;
        fields?: { name: string; type: unknown; doc?: string }[];
        doc?: string;
      };
      if (type === 'record' && !doc) undocumented.push(path);
      for (const field of fields) {
        if (!field.doc) undocumented.push(`${path}.${field.name}`);
        walk(field.type, `${path}.${field.name}`);
      }
      walk(items, path);
      if (typeof type === 'object') walk(type, path);
    };
    for (const subject of schemaRegistry.subjects())
      walk(JSON.parse(schemaRegistry.latest(subject)?.schema ?? '{}'), subject);
    expect(undocumented).toEqual([]);
  });

  it('round-trips nullable and binary fields', () => {
    const name: EventName = 'DeadLettered';
    const letter = {
      source_topic: 't',
      source_partition: 0,
      source_offset: 5,
      key: null,
      value: Buffer.from([1, 2]),
      headers: [{ name: 'h', value: Buffer.from('v') }],
      step: 's',
      reason: 'r',
      detail: 'd',
      recorded_at: 1,
      is_cut: false,
    };
    expect(decode(encode(name, letter)).event).toEqual(letter);
  });
});
