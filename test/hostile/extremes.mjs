/**
 * Legal and illegal extremes of a JSON value, by kind. Each entry makes one value; those of a size stay below what a
 * door takes as a whole, so that what is tried is the value and not only the limit.
 */
const zeros = (count) => new Array(count).fill(0);
const nested = (depth, wrap) => {
  let value = 1;
  for (let i = 0; i < depth; i += 1) value = wrap(value);
  return value;
};
const members = (count, valueOf = () => 0) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`m${i}`, valueOf(i)]));
/** Text of JSON that no JavaScript value can stand for. */
export class RawJson {
  constructor(text) {
    this.text = text;
  }
}
const raw = (text) => new RawJson(text);
/** A list that is more than three times as long in canonical form, in which `9e15` is written out. */
export const grown = (count) => raw(`[${new Array(count).fill('9e15').join(',')}]`);

export const VALUES = {
  size: [
    () => 'x'.repeat(200_000),
    () => 'é'.repeat(60_000),
    () => '\u0001'.repeat(30_000),
    () => '"'.repeat(100_000),
    () => ({ ['K'.repeat(60_000)]: zeros(30_000) }),
    () => ({ ['K'.repeat(250)]: 'v'.repeat(150_000) }),
  ],
  depth: [
    () => nested(31, (value) => [value]),
    () => nested(33, (value) => [value]),
    () => nested(31, (value) => ({ a: value, b: 'y'.repeat(2_000) })),
    () => raw('['.repeat(100_000) + ']'.repeat(100_000)),
    () => raw('{"a":'.repeat(30_000) + '1' + '}'.repeat(30_000)),
    () => raw('['.repeat(50_000)),
  ],
  width: [
    () => zeros(8_000),
    () => zeros(15_000),
    () => zeros(100_000),
    () => members(12_000),
    () => members(3_000, (i) => ({ n: i })),
    () => Array.from({ length: 20_000 }, () => []),
    () => Array.from({ length: 9_000 }, (_, i) => `s${i}`),
  ],
  numbers: [
    () => grown(36_000),
    () => grown(50_000),
    () => 1e308,
    () => raw('1e400'),
    () => raw('-0'),
    () => raw('0.1e-400'),
    () => raw('9007199254740993'),
    () => raw(`1${'0'.repeat(100_000)}`),
    () => raw(`0.${'3'.repeat(100_000)}`),
    () => raw('NaN'),
    () => 5e-324,
  ],
  text: [
    () => 'r1\u001b[1A\u001b[2K\rforged',
    () => '\u202eevil\u202c',
    () => '\u200b'.repeat(10),
    () => '\u3164',
    () => raw('"\\ud800"'),
    () => 'a\u0000b',
    () => '\u{e0041}'.repeat(500),
    () => '\ufe0f'.repeat(2_000),
    () => '\u0430cme',
    () => 'line\n'.repeat(2_000),
    () => '100 \u05d0 900',
    () => '',
    () => ' ',
  ],
  type: [() => null, () => [], () => ({}), () => true, () => 'true', () => 0, () => -1, () => [[[]]], () => [{}]],
  names: [
    () => raw('{"__proto__":{"a":1}}'),
    () => raw('{"a":1,"a":2}'),
    () => ({ constructor: { prototype: { a: 1 } } }),
    () => ({ 'approved by': 'ann', toString: 1, valueOf: 2, hasOwnProperty: 3 }),
    () => ({ '': 1, '/': 2, '~': 3, '~1~0': 4, 'a/b': 5 }),
  ],
  time: [
    () => '2026-02-30T00:00:00Z',
    () => '0001-01-01T00:00:00Z',
    () => '9999-12-31T23:59:59.999Z',
    () => '1970-01-01T00:00:00+01:00',
    () => '2026-11-30T24:00:00Z',
    () => '2026-06-30T23:59:60Z',
    () => '+275760-09-13T00:00:00.000Z',
    () => -62_135_596_800_000,
    () => 'yesterday',
  ],
  ids: [
    () => '../../metrics?x=',
    () => '%2e%2e%2f',
    () => 'act_00000000-0000-0000-0000-000000000000',
    () => 'act_',
    () => "' OR 1=1 --",
    () => '{x:String}',
    () => '*',
    () => 'globex|refund-agent',
    () => 'x'.repeat(5_000),
    () => 'req_\r\nx: y',
  ],
  money: [
    () => ({ value: '1e2', currency: 'USD' }),
    () => ({ value: '099.00', currency: 'USD' }),
    () => ({ value: '9'.repeat(10_000), currency: 'USD' }),
    () => ({ value: '1.0', currency: 'usdc' }),
    () => ({ value: `0.${'0'.repeat(5_000)}1`, currency: 'USD' }),
    () => ({ value: '-5.00', currency: 'EUR' }),
  ],
};

/** JSON text of a body in which raw parts may stand. */
export function jsonOf(body) {
  const parts = [];
  const text = JSON.stringify(body, (_name, value) =>
    value instanceof RawJson ? `\u0002raw${parts.push(value.text) - 1}\u0002` : value,
  );
  return (text ?? '').replace(/"\\u0002raw(\d+)\\u0002"/g, (_whole, at) => parts[Number(at)]);
}
