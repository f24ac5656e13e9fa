import { WireFault } from './bounded-output.js';

/** Reads the parts of Kafka's wire format one after the other; whatever does not fit its bytes is damaged. */
export class ByteCursor {
  constructor(
    private readonly source: Buffer,
    private at = 0,
  ) {}

  get isAtEnd(): boolean {
    return this.at === this.source.length;
  }

  int16(): number {
    return this.source.readInt16BE(this.move(2));
  }

  int32(): number {
    return this.source.readInt32BE(this.move(4));
  }

  /** As decimal text, which is how the client library holds it. */
  int64(): string {
    return String(this.source.readBigInt64BE(this.move(8)));
  }

  skip(bytes: number): void {
    this.move(bytes);
  }

  bytes(length: number): Buffer {
    const start = this.move(length);
    return this.source.subarray(start, start + length);
  }

  /** A signed number of at most 64 bits, zigzag coded; above 2^53 only roughly. */
  varint(): number {
    let raw = 0;
    for (let weight = 1; weight <= 2 ** 63; weight *= 128) {
      const byte = this.source[this.move(1)]!;
      raw += (byte & 127) * weight;
      if (byte < 128) return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
    }
    throw damaged();
  }

  /** Bytes with their length in front; null where that is negative. */
  varBytes(): Buffer | null {
    const length = this.varint();
    return length < 0 ? null : this.bytes(length);
  }

  private move(bytes: number): number {
    const start = this.at;
    if (!(bytes >= 0) || start + bytes > this.source.length) throw damaged();
    this.at = start + bytes;
    return start;
  }
}

export const damaged = (): WireFault => new WireFault('its bytes are damaged');
