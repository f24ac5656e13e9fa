import avro from 'avsc';
import type { Schema, Type } from 'avsc';

/** The cursor that avsc hands to a type while it reads. */
interface Tap {
  readonly buf: Buffer;
  pos: number;
  readLong(): number;
  skipLong(): void;
}
interface Reads {
  _read(tap: Tap): unknown;
}

const ArrayBase = avro.types.ArrayType as unknown as new (schema: Schema, options: object) => Type;

/**
 * avsc allocates as many items as a block announces, before it looks whether they are there: nine bytes can ask for
 * a billion. No schema here has items of width zero, so a block of n items needs n more bytes.
 */
class BoundedArray extends ArrayBase {
  _read(tap: Tap): unknown[] {
    const items = (this as unknown as { itemsType: Reads }).itemsType;
    const values: unknown[] = [];
    for (let left = blockSize(tap); left > 0; left = blockSize(tap)) {
      for (; left > 0; left -= 1) values.push(items._read(tap));
    }
    return values;
  }
}

function blockSize(tap: Tap): number {
  const announced = tap.readLong();
  if (announced < 0) tap.skipLong();
  const count = Math.abs(announced);
  if (count > tap.buf.length - tap.pos) throw new RangeError('an array announces more items than there are bytes');
  return count;
}

/** The avsc type of a schema, safe to use on bytes from strangers. */
export const typeOf = (schema: Schema): Type =>
  avro.Type.forSchema(schema, {
    wrapUnions: 'auto',
    typeHook: (inner, options) =>
      typeof inner === 'object' && 'type' in inner && inner.type === 'array'
        ? new BoundedArray(inner as Schema, options)
        : undefined,
  });
