import type { Readable } from 'node:stream';
import { Slots } from './edge/slots.js';
import { readBytes } from './json-body.js';

/** Bytes of one attachment: 10 MiB. */
export const MAX_ATTACHMENT_BYTES = 10 * 1024 * 1024;
/** Bodies that are in memory at a time: who sends slowly holds no more than a few of them. */
const AT_ONCE = { perCaller: 4, total: 16 };

export interface RawBodyLimits {
  /** Bytes of one body, 1 or more. */
  readonly maxBytes: number;
}

/** Reads bodies of raw routes, some at a time: their sum, not only each of them, has to fit into memory. */
export class RawBodies {
  private readonly slots = new Slots('files', AT_ONCE);

  constructor(private readonly limits: RawBodyLimits) {}

  /**
   * @param caller who sends it, as text
   * @param work what is done with the bytes; until its end they count
   * @throws CountersignError `too_large`, or `rate_limited` when too many bodies are being read
   */
  async use<T>(caller: string, stream: Readable, work: (bytes: Buffer) => Promise<T>): Promise<T> {
    const give = this.slots.take(caller);
    try {
      const { maxBytes } = this.limits;
      return await work(await readBytes(stream, { maxBytes, maxArrayBytes: maxBytes }));
    } finally {
      give();
    }
  }
}
