import { gzipSync } from 'node:zlib';
import kafkajs from 'kafkajs';

/** Kafka's codecs written by hand, with literal blocks only: what a client of another maker may send. */
const { CompressionCodecs, CompressionTypes } = kafkajs;

/** LZ4 frame format 1.6.1: independent blocks of at most 64 KiB, here all uncompressed. */
export function lz4(bytes) {
  const parts = [Buffer.from('04224d18604082', 'hex')];
  for (let at = 0; at < bytes.length; at += 65_536) {
    const block = bytes.subarray(at, at + 65_536);
    const head = Buffer.alloc(4);
    head.writeUInt32LE((block.length | 0x8000_0000) >>> 0);
    parts.push(head, block);
  }
  return Buffer.concat([...parts, Buffer.alloc(4)]);
}

/** Snappy's block format with literals, in the framing of Java clients. */
export function snappy(bytes) {
  const parts = [Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1])];
  for (let at = 0; at < bytes.length; at += 32_768) {
    const chunk = bytes.subarray(at, at + 32_768);
    const block = Buffer.concat([varint(chunk.length), Buffer.from([61 << 2]), uint16le(chunk.length - 1), chunk]);
    const head = Buffer.alloc(4);
    head.writeUInt32BE(block.length);
    parts.push(head, block);
  }
  return Buffer.concat(parts);
}

/** RFC 8878: one frame of raw blocks. */
export function zstd(bytes) {
  const blocks = [];
  for (let at = 0; at < bytes.length; at += 131_072) {
    const block = bytes.subarray(at, at + 131_072);
    blocks.push(blockHead(block.length, 0, at + 131_072 >= bytes.length), block);
  }
  return Buffer.concat([zstdHead(bytes.length), ...blocks]);
}

/** A frame of a few kilobytes that stands for `size` zeros: blocks of one repeated byte. */
export function zstdBomb(before, size) {
  const total = before.length + size;
  const parts = [zstdHead(total), blockHead(before.length, 0, false), before];
  for (let left = size; left > 0; left -= 131_072)
    parts.push(blockHead(Math.min(left, 131_072), 1, left <= 131_072), Buffer.from([0]));
  return Buffer.concat(parts);
}

const zstdHead = (size) => {
  const head = Buffer.alloc(9);
  head.writeUInt32LE(0xfd2fb528, 0);
  head[4] = 0xa0;
  head.writeUInt32LE(size, 5);
  return head;
};
const blockHead = (size, type, isLast) => {
  const value = (size << 3) | (type << 1) | (isLast ? 1 : 0);
  return Buffer.from([value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff]);
};
const uint16le = (value) => Buffer.from([value & 0xff, value >> 8]);
function varint(value) {
  const bytes = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.from([...bytes, left]);
    bytes.push((left % 128) | 128);
  }
}
const zigzag = (value) => varint(value * 2);

/** The head of a record batch's only record, whose value is that many zeros. */
function recordHead(zeros) {
  const inner = Buffer.concat([Buffer.from([0, 0, 0, 1]), zigzag(zeros)]);
  return Buffer.concat([zigzag(inner.length + zeros + 1), inner]);
}
export const bomb = {
  gzip: (zeros) => gzipSync(Buffer.concat([recordHead(zeros), Buffer.alloc(zeros + 1)])),
  zstd: (zeros) => zstdBomb(recordHead(zeros), zeros + 1),
};

/** @param {'gzip' | 'snappy' | 'lz4' | 'zstd'} name @param {(records: Buffer) => Buffer} compress what stands for the records */
export function useCodec(name, compress) {
  const type = {
    gzip: CompressionTypes.GZIP,
    snappy: CompressionTypes.Snappy,
    lz4: CompressionTypes.LZ4,
    zstd: CompressionTypes.ZSTD,
  }[name];
  CompressionCodecs[type] = () => ({
    compress: (encoder) => Promise.resolve(compress(encoder.buffer)),
    decompress: () => Promise.reject(new Error('this client only writes')),
  });
  return type;
}
