import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { crc32c } from './crc32c.js';
import { readBatches } from './record-batch.js';
import type { WireRecord } from './record-batch.js';

const MIB = 1_024 * 1_024;

interface TestRecord {
  readonly key?: Buffer | null;
  readonly value?: Buffer | null;
  readonly headers?: readonly (readonly [string, Buffer | null])[];
}
interface TestBatch {
  readonly first?: number;
  readonly codec?: number;
  readonly attributes?: number;
  readonly pack?: (records: Buffer) => Buffer;
  readonly records?: readonly TestRecord[];
  readonly count?: number;
}

function varint(value: number): Buffer {
  let raw = value < 0 ? -2 * value - 1 : 2 * value;
  const bytes: number[] = [];
  for (; raw >= 128; raw = Math.floor(raw / 128)) bytes.push((raw % 128) | 128);
  return Buffer.from([...bytes, raw]);
}
const sized = (bytes: Buffer | null | undefined): Buffer =>
  bytes ? Buffer.concat([varint(bytes.length), bytes]) : varint(-1);

function recordBytes({ key, value, headers = [] }: TestRecord, delta: number): Buffer {
  const pairs = headers.flatMap(([name, content]) => [sized(Buffer.from(name)), sized(content)]);
  const parts = [Buffer.from([0]), varint(delta), varint(delta), sized(key), sized(value), varint(headers.length)];
  return sized(Buffer.concat([...parts, ...pairs]));
}

function batchBytes({ first = 0, codec = 0, attributes = 0, pack, records = [{}], count }: TestBatch): Buffer {
  const plain = Buffer.concat(records.map(recordBytes));
  const packed = pack ? pack(plain) : plain;
  const batch = Buffer.alloc(61 + packed.length);
  batch.writeBigInt64BE(BigInt(first), 0);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt8(2, 16);
  batch.writeInt16BE(codec | attributes, 21);
  batch.writeInt32BE(Math.max(0, (count ?? records.length) - 1), 23);
  batch.writeBigInt64BE(1_000n, 27);
  batch.writeBigInt64BE(9_000n, 35);
  batch.writeBigInt64BE(77n, 43);
  batch.writeInt32BE(count ?? records.length, 57);
  packed.copy(batch, 61);
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}

const text = ({ value }: WireRecord): string => value?.toString() ?? '';
const values = (...texts: string[]): TestRecord[] => texts.map((one) => ({ value: Buffer.from(one) }));

/** Formats by hand, without compressing; real compressors are tried in compression.int.spec. */
const lz4Stored = (bytes: Buffer): Buffer => {
  const frame = Buffer.concat([Buffer.from('04224d186040820000000000', 'hex').subarray(0, 7), Buffer.alloc(4), bytes]);
  frame.writeUInt32LE(bytes.length + 0x80000000, 7);
  return Buffer.concat([frame, Buffer.alloc(4)]);
};
const lz4Zeros = (length: number): Buffer => {
  const run = Buffer.alloc(Math.ceil((length - 1) / 255), 255);
  const block = Buffer.concat([Buffer.from([0x1f, 0, 1, 0]), run, Buffer.from([0])]);
  const frame = Buffer.concat([Buffer.from('04224d18604082', 'hex'), Buffer.alloc(4), block, Buffer.alloc(4)]);
  frame.writeUInt32LE(block.length, 7);
  return frame;
};
const snappyZeros = (length: number): Buffer => {
  const copies = Buffer.concat(Array.from({ length: Math.ceil(length / 64) }, () => Buffer.from([0xfe, 1, 0])));
  const head = Buffer.from([
    (length & 127) | 128,
    ((length >> 7) & 127) | 128,
    ((length >> 14) & 127) | 128,
    length >> 21,
  ]);
  return Buffer.concat([head, Buffer.from([0, 0]), copies]);
};
/** Blocks of one repeated byte, 128 KiB each. */
const zstdZeros = (length: number): Buffer => {
  const blocks = Array.from({ length: Math.ceil(length / 131_072) }, () => Buffer.from([0x02, 0, 0x10, 0]));
  return Buffer.concat([Buffer.from('28b52ffd0070', 'hex'), ...blocks, Buffer.from('010000', 'hex')]);
};

const BOMBS: [string, number, (length: number) => Buffer][] = [
  ['gzip', 1, (length) => gzipSync(Buffer.alloc(length))],
  ['snappy', 2, snappyZeros],
  ['lz4', 3, lz4Zeros],
  ['zstd', 4, zstdZeros],
];

describe('batches of records', () => {
  it('gives keys, values, headers and times as they were written', async () => {
    const headers = [
      ['a', Buffer.from('1')],
      ['a', Buffer.from('2')],
      ['__proto__', null],
    ] as const;
    const bytes = batchBytes({ first: 40, records: [{ key: Buffer.from('k'), headers }, { value: Buffer.from('v') }] });
    const [one, other] = await readBatches(bytes);
    expect(one).toMatchObject({ offset: '40', timestamp: '1000', key: Buffer.from('k'), value: null });
    expect(Object.entries(one!.headers)).toEqual([
      ['a', Buffer.from('1')],
      ['__proto__', undefined],
    ]);
    expect(other).toMatchObject({ offset: '41', timestamp: '1001', key: null, value: Buffer.from('v') });
  });

  it('takes the time of the log where the batch says so, and knows the records of the broker', async () => {
    const [record] = await readBatches(batchBytes({ attributes: 8 | 16 | 32 }));
    expect(record).toMatchObject({ timestamp: '9000', isControlRecord: true });
    expect(record!.batchContext).toEqual({ producerId: '77', inTransaction: true });
  });

  it('reads several batches and leaves the one that was cut', async () => {
    const whole = Buffer.concat([
      batchBytes({ records: values('a') }),
      batchBytes({ first: 1, codec: 1, pack: (bytes) => gzipSync(bytes), records: values('b', 'c') }),
      batchBytes({ first: 3, codec: 3, pack: lz4Stored, records: values('d') }),
    ]);
    expect((await readBatches(whole)).map(text)).toEqual(['a', 'b', 'c', 'd']);
    expect((await readBatches(whole.subarray(0, -1))).map(text)).toEqual(['a', 'b', 'c']);
  });

  it('moves on past a batch without records', async () => {
    expect(await readBatches(batchBytes({ first: 5, records: [], count: 0 }))).toMatchObject([
      { offset: '5', isControlRecord: true },
    ]);
  });

  it('knows nothing of message sets from before Kafka 0.11, and says so', async () => {
    const old = Buffer.alloc(40);
    old.writeBigInt64BE(9n, 0);
    old.writeInt32BE(28, 8);
    old.writeInt8(1, 16);
    const [record, next] = await readBatches(Buffer.concat([old, batchBytes({ first: 10, records: values('a') })]));
    expect(record!.unreadable).toMatchObject({ firstOffset: 9, lastOffset: 9 });
    expect(text(next!)).toBe('a');
  });
});

describe('a batch that cannot be read', () => {
  const among = async (bad: Buffer): Promise<WireRecord> => {
    const good = batchBytes({ first: 9, records: values('after') });
    const records = await readBatches(Buffer.concat([bad, good]));
    // Whatever its work cost, the next fetch begins behind it.
    expect(records.length).toBeGreaterThan(0);
    expect(records.slice(1).map(text)).toEqual(records.length > 1 ? ['after'] : []);
    return records[0]!;
  };

  it('is one record that names its offsets and keeps its bytes', async () => {
    const bad = batchBytes({ first: 5, codec: 6, records: values('a', 'b', 'c') });
    expect(await among(bad)).toMatchObject({
      offset: '7',
      key: null,
      value: bad,
      unreadable: {
        firstOffset: 5,
        lastOffset: 7,
        detail: 'the batch of offsets 5 to 7 cannot be read: compression 6 is unknown',
      },
    });
  });

  it.each([1, 2, 3, 4])('of codec %d may hold anything', async (codec) => {
    const read = async (bytes: Uint8Array): Promise<void> => {
      const pack = (): Buffer => Buffer.from(bytes);
      const { unreadable } = await among(batchBytes({ codec, pack, records: values('x') }));
      expect(unreadable).toMatchObject({ firstOffset: 0, lastOffset: 0 });
    };
    await read(Buffer.alloc(0));
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), read), { numRuns: 300 });
  });

  it.each(BOMBS)('of %s has room for 8 MiB and no more', async (_, codec, zeros) => {
    const room = await among(batchBytes({ codec, pack: () => zeros(8 * MIB - 131_072) }));
    expect(room.unreadable!.detail).toMatch(/bytes are damaged/);
    const begun = performance.now();
    const bomb = await among(batchBytes({ codec, pack: () => zeros(40 * MIB) }));
    expect(bomb.unreadable!.detail).toMatch(/unpacks to more than 8388608 bytes/);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  it.each([
    ['a wrong checksum', 'checksum', (batch: Buffer) => batch.writeUInt8(batch[64]! ^ 1, 64)],
    ['more records than it holds', 'damaged', (batch: Buffer) => recount(batch, 4)],
    ['fewer records than it holds', 'damaged', (batch: Buffer) => recount(batch, 1)],
    ['more records than anybody sends at once', 'more than 50000 records', (batch: Buffer) => recount(batch, 50_001)],
  ])('has %s', async (_, why, spoil) => {
    const batch = batchBytes({ records: values('a', 'b') });
    spoil(batch);
    expect((await among(batch)).unreadable!.detail).toContain(why);
  });

  const recount = (batch: Buffer, count: number): void => {
    batch.writeInt32BE(count, 57);
    batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  };
});

describe('the work of one answer', () => {
  it('ends behind 8 MiB of unpacked records; the rest is fetched again', async () => {
    const big = { codec: 1, pack: (bytes: Buffer) => gzipSync(bytes), records: [{ value: Buffer.alloc(5 * MIB) }] };
    const batches = [0, 1, 2, 3].map((first) => batchBytes({ ...big, first }));
    expect((await readBatches(Buffer.concat(batches))).map(({ offset }) => offset)).toEqual(['0', '1']);
  });

  it('grows with the number of headers, not with its square', async () => {
    const headers = Array.from({ length: 60_000 }, (_, index) => [`h${index}`, null] as const);
    const begun = performance.now();
    const [record] = await readBatches(batchBytes({ records: [{ headers }] }));
    expect(Object.keys(record!.headers)).toHaveLength(60_000);
    expect(performance.now() - begun).toBeLessThan(2_000);
  });

  it('does not depend on how often a batch repeats itself', async () => {
    const begun = performance.now();
    await readBatches(batchBytes({ codec: 3, pack: () => lz4Zeros(8 * MIB - 1), records: [{}] }));
    expect(performance.now() - begun).toBeLessThan(2_000);
  });
});
