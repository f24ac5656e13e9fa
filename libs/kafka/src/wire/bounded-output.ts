/** What a batch may expand to, bytes. */
export const MAX_UNPACKED_BYTES = 8 * 1_024 * 1_024;

/** Why a batch cannot be read; its message goes into the dead letter. */
export class WireFault extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'WireFault';
  }
}

export const tooLarge = (): WireFault => new WireFault(`it unpacks to more than ${MAX_UNPACKED_BYTES} bytes`);

/** Shared by all decoders: none of them waits in the middle of its work. */
const scratch = Buffer.allocUnsafeSlow(MAX_UNPACKED_BYTES);

/** Where the decoders for LZ77 formats write: literals, and copies of what was written before. */
export class BoundedOutput {
  private at = 0;

  literal(bytes: Uint8Array): void {
    if (this.at + bytes.length > scratch.length) throw tooLarge();
    scratch.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** Repeats `length` bytes that begin `distance` bytes back; the two may overlap. */
  repeat(distance: number, length: number): void {
    if (distance < 1 || distance > this.at) throw new WireFault('it refers to bytes before its beginning');
    if (this.at + length > scratch.length) throw tooLarge();
    // What is copied doubles with each turn, so an overlap of one byte is no slower than none.
    for (let left = length, reach = distance; left > 0; reach *= 2) {
      const count = Math.min(reach, left);
      scratch.copyWithin(this.at, this.at - reach, this.at - reach + count);
      this.at += count;
      left -= count;
    }
  }

  /** A copy of what was written. */
  bytes(): Buffer {
    return Buffer.from(scratch.subarray(0, this.at));
  }
}
