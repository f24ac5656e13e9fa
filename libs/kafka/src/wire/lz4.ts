import { BoundedOutput, WireFault } from './bounded-output.js';

/** Source: the LZ4 frame format 1.6.4 and the LZ4 block format, both by Y. Collet. */
const FRAME = 0x184d2204;
const SKIPPABLE = 0x184d2a50;
const STORED = 0x80000000;
const LEAST_MATCH = 4;

/**
 * Unpacks LZ4 frames, also several in a row. Their checksums are not looked at: Kafka's own covers the packed bytes.
 * @throws WireFault or RangeError when the bytes are no LZ4 frame or unpack to too much
 */
export function unpackLz4(packed: Buffer): Buffer {
  const output = new BoundedOutput();
  for (let at = 0; at < packed.length;) at = frame(packed, at, output);
  return output.bytes();
}

function frame(packed: Buffer, start: number, output: BoundedOutput): number {
  const magic = packed.readUInt32LE(start);
  if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE) return start + 8 + packed.readUInt32LE(start + 4);
  if (magic !== FRAME) throw new WireFault('it is no LZ4 frame');
  const flags = packed.readUInt8(start + 4);
  const has = (bit: number): number => (flags >> bit) & 1;
  if (flags >> 6 !== 1 || has(0)) throw new WireFault('its LZ4 frame has another version or a dictionary');
  let at = start + 7 + 8 * has(3);
  for (;;) {
    const size = packed.readUInt32LE(at);
    at += 4;
    if (size === 0) return at + 4 * has(2);
    const end = at + (size & ~STORED);
    if (end > packed.length) throw new WireFault('its LZ4 frame is cut');
    if (size >= STORED) output.literal(packed.subarray(at, end));
    else block(packed.subarray(at, end), output);
    at = end + 4 * has(4);
  }
}

function block(bytes: Buffer, output: BoundedOutput): void {
  for (let at = 0; at < bytes.length;) {
    const token = bytes[at++]!;
    const literals = lengthAt(bytes, at, token >> 4);
    at = literals.next + literals.length;
    if (at > bytes.length) throw new WireFault('its LZ4 block is cut');
    output.literal(bytes.subarray(literals.next, at));
    if (at === bytes.length) return;
    const distance = bytes.readUInt16LE(at);
    const match = lengthAt(bytes, at + 2, token & 15);
    output.repeat(distance, match.length + LEAST_MATCH);
    at = match.next;
  }
}

/** A length goes on in further bytes for as long as they are 255. */
function lengthAt(bytes: Buffer, at: number, nibble: number): { readonly length: number; readonly next: number } {
  let [length, next] = [nibble, at];
  for (let more = nibble === 15; more;) {
    const byte = bytes.readUInt8(next++);
    length += byte;
    more = byte === 255;
  }
  return { length, next };
}
