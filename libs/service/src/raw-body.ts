import type { Readable } from 'node:stream';
import { CountersignError } from '@countersign/canonical';
import { readBytes } from './json-body.js';

/** Bytes of one attachment: 10 MiB. */
export const MAX_ATTACHMENT_BYTES = 10 * 1024 * 1024;
/** Bodies that are in memory at a time. */
const MAX_AT_ONCE = 16;

export interface RawBodyLimits {
  /** Bytes of one body, 1 or more. */
  readonly maxBytes: number;
}

/** Reads bodies of raw routes, some at a time: their sum, not only each of them, has to fit into memory. */
export class RawBodies {
  private atOnce = 0;

  constructor(private readonly limits: RawBodyLimits) {}

  /**
   * @param work what is done with the bytes; until its end they count
   * @throws CountersignError `too_large`, or `overloaded` when too many bodies are being read
   */
  async use<T>(stream: Readable, work: (bytes: Buffer) => Promise<T>): Promise<T> {
    if (this.atOnce >= MAX_AT_ONCE)
      throw new CountersignError('overloaded', 'many files are coming in; try again', { retry_after: 1 });
    this.atOnce += 1;
    try {
      const { maxBytes } = this.limits;
      return await work(await readBytes(stream, { maxBytes, maxArrayBytes: maxBytes }));
    } finally {
      this.atOnce -= 1;
    }
  }
}
