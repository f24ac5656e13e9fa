import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ZSTDDecoder } from 'zstddec';
import { MAX_UNPACKED_BYTES, tooLarge, WireFault } from './bounded-output.js';
import { unpackLz4 } from './lz4.js';
import { unpackSnappy } from './snappy.js';

type Unpack = (packed: Buffer) => Buffer | Promise<Buffer>;

const inflate = promisify(gunzip);
const zstd = new ZSTDDecoder();

async function unpackGzip(packed: Buffer): Promise<Buffer> {
  try {
    return await inflate(packed, { maxOutputLength: MAX_UNPACKED_BYTES });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge() : error;
  }
}

async function unpackZstd(packed: Buffer): Promise<Buffer> {
  await zstd.init();
  // The size is the room that the decoder has; it gives nothing back when that is too small or when the bytes are wrong.
  const { buffer, byteOffset, length } = zstd.decode(packed, MAX_UNPACKED_BYTES);
  if (length === 0)
    throw new WireFault(`it is no Zstandard frame, or it unpacks to more than ${MAX_UNPACKED_BYTES} bytes`);
  return Buffer.from(buffer, byteOffset, length);
}

/** By the number that a batch names in its attributes. */
const CODECS: Readonly<Record<number, Unpack>> = {
  0: (packed) => packed,
  1: unpackGzip,
  2: unpackSnappy,
  3: unpackLz4,
  4: unpackZstd,
};

/**
 * The records of a batch, unpacked to at most 8 MiB.
 * @param codec compression as Kafka numbers it: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd
 * @throws WireFault saying why the bytes cannot be read
 */
export async function unpack(codec: number, packed: Buffer): Promise<Buffer> {
  const work = CODECS[codec];
  if (!work) throw new WireFault(`compression ${codec} is unknown`);
  try {
    return await work(packed);
  } catch (cause) {
    if (cause instanceof WireFault) throw cause;
    throw new WireFault('its compressed bytes are damaged', { cause });
  }
}
