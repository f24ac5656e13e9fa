import type { JsonValue } from '@countersign/canonical';

type Make = (index: number) => JsonValue;

/** Items until their JSON text has about so many bytes. */
function listOf(bytes: number, make: Make): JsonValue[] {
  const items: JsonValue[] = [];
  for (let left = bytes; left > 0;) {
    const item = make(items.length);
    left -= Buffer.byteLength(JSON.stringify(item)) + 1;
    items.push(item);
  }
  return items;
}

const textOf = (bytes: number, piece: string): string =>
  piece.repeat(Math.max(0, Math.floor(bytes / Buffer.byteLength(JSON.stringify(piece).slice(1, -1)))));
const membersOf = (bytes: number, make: Make): JsonValue =>
  Object.fromEntries(listOf(bytes, (i) => [`k${i}`, make(i)]) as [string, JsonValue][]);

function nested(depth: number, leaf: JsonValue): JsonValue {
  let value = leaf;
  for (let i = 0; i < depth; i += 1) value = i % 2 === 0 ? { a: value } : [value];
  return value;
}

/** Values of about so many bytes of JSON text, one of each shape that costs or grows in its own way. */
export const SHAPES: Readonly<Record<string, (bytes: number) => JsonValue>> = {
  'one text': (bytes) => textOf(bytes, 'x'),
  'two bytes a letter': (bytes) => textOf(bytes, 'é'),
  'four bytes a letter': (bytes) => textOf(bytes, '😀'),
  'hidden characters': (bytes) => textOf(bytes, '\u200b'),
  'letters of two scripts': (bytes) => textOf(bytes, 'p\u0430y '),
  'right to left': (bytes) => textOf(bytes, '100 \u05d0 900 '),
  escapes: (bytes) => textOf(bytes, '\u0001'),
  quotes: (bytes) => textOf(bytes, '"'),
  lines: (bytes) => textOf(bytes, 'a\n'),
  digits: (bytes) => listOf(bytes, () => 0),
  // Sent as `9e15`: five bytes with the comma, and seventeen in canonical form.
  'numbers that grow': (bytes) => listOf((bytes * 17) / 5, () => 9e15),
  fractions: (bytes) => listOf(bytes, (i) => Math.sqrt(i + 2)),
  'empty objects': (bytes) => listOf(bytes, () => ({})),
  'empty lists': (bytes) => listOf(bytes, () => []),
  'lists of lists': (bytes) => listOf(bytes, () => listOf(Math.min(bytes, 1_500), () => [])),
  'small objects': (bytes) => listOf(bytes, (i) => ({ a: i })),
  'short texts': (bytes) => listOf(bytes, (i) => `s${i}`),
  'texts with hidden characters': (bytes) => listOf(bytes, (i) => `\u200b${i}`),
  amounts: (bytes) => listOf(bytes, (i) => ({ value: `${i}.00`, currency: 'USD' })),
  'many names': (bytes) => membersOf(bytes, () => 0),
  'members of members': (bytes) => membersOf(bytes, () => ({ a: { b: {} } })),
  'a long name': (bytes) => ({ ['K'.repeat(Math.floor(bytes / 2))]: listOf(bytes / 2, () => 0) }),
  deep: (bytes) => listOf(bytes, (i) => nested(24, i)),
};

/** The value with its ends changed: a patch between both has to find out how much is the same. */
export function changed(value: JsonValue): JsonValue {
  if (typeof value === 'string') return `${value}y`;
  if (Array.isArray(value)) return [...value.slice(1), 'last'];
  return typeof value === 'object' && value !== null ? { ...value, k0: 'other', zz: 1 } : [value];
}

/** The same the other way round, or one level down: nothing stands where it stood. */
export const reversed = (value: JsonValue): JsonValue => (Array.isArray(value) ? [...value].reverse() : { v: value });
