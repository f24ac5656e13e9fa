import { BoundedOutput, MAX_UNPACKED_BYTES, tooLarge, WireFault } from './bounded-output.js';

/** What the Java client writes in front of its chunks: a magic word, then two version numbers. */
const CHUNKED = Buffer.from('\x82SNAPPY\0', 'latin1');
const CHUNKED_HEADER_BYTES = 16;

/**
 * Unpacks Snappy as Kafka's clients write it: one raw block, or the Java client's chunks, each a raw block with its length.
 * Source: the Snappy format description of google/snappy.
 * @throws WireFault or RangeError when the bytes are no Snappy or unpack to too much
 */
export function unpackSnappy(packed: Buffer): Buffer {
  const output = new BoundedOutput();
  if (!packed.subarray(0, CHUNKED.length).equals(CHUNKED)) block(packed, output);
  else
    for (let at = CHUNKED_HEADER_BYTES; at < packed.length;) {
      const end = at + 4 + packed.readUInt32BE(at);
      if (end > packed.length) throw new WireFault('its Snappy chunk is cut');
      block(packed.subarray(at + 4, end), output);
      at = end;
    }
  return output.bytes();
}

function block(bytes: Buffer, output: BoundedOutput): void {
  for (let at = afterLength(bytes); at < bytes.length;) {
    const tag = bytes[at++]!;
    at = (tag & 3) === 0 ? literal(bytes, at, output, tag >> 2) : copy(bytes, at, output, tag);
  }
}

/** The block says its length first, as a varint; the bound holds whether or not that is true. */
function afterLength(bytes: Buffer): number {
  let at = 0;
  let length = 0;
  for (let weight = 1; ; weight *= 128) {
    const byte = bytes.readUInt8(at++);
    length += (byte & 127) * weight;
    if (length > MAX_UNPACKED_BYTES) throw tooLarge();
    if (byte < 128) return at;
    if (at === 5) throw new WireFault('its Snappy block has no length');
  }
}

function literal(bytes: Buffer, at: number, output: BoundedOutput, size: number): number {
  const lengthBytes = Math.max(0, size - 59);
  const start = at + lengthBytes;
  const length = (lengthBytes === 0 ? size : bytes.readUIntLE(at, lengthBytes)) + 1;
  if (start + length > bytes.length) throw new WireFault('its Snappy block is cut');
  output.literal(bytes.subarray(start, start + length));
  return start + length;
}

function copy(bytes: Buffer, at: number, output: BoundedOutput, tag: number): number {
  if ((tag & 3) === 1) {
    output.repeat(((tag >> 5) << 8) | bytes.readUInt8(at), ((tag >> 2) & 7) + 4);
    return at + 1;
  }
  const wide = (tag & 3) === 3;
  output.repeat(wide ? bytes.readUInt32LE(at) : bytes.readUInt16LE(at), (tag >> 2) + 1);
  return at + (wide ? 4 : 2);
}
