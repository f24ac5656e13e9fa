import fc from 'fast-check';
import rfc6902 from 'rfc6902';
import { canonicalize } from './canonical.js';
import type { JsonValue } from './json.js';
import { jsonPatch } from './json-patch.js';

const copy = (value: JsonValue) => JSON.parse(JSON.stringify(value)) as JsonValue;
/** Applies a patch with another library than ours. */
const apply = (before: JsonValue, after: JsonValue): JsonValue => {
  const holder = { document: copy(before) };
  const patch = jsonPatch(before, after).operations.map((one) => ({ ...one, path: `/document${one.path}` }));
  expect(rfc6902.applyPatch(holder, copy(patch as unknown as JsonValue) as never).filter(Boolean)).toEqual([]);
  return holder.document;
};

describe('patch', () => {
  it.each<[string, JsonValue, JsonValue, unknown]>([
    ['nothing', { a: [1] }, { a: [1] }, []],
    [
      'a member',
      { a: 1, b: 2 },
      { a: 1, c: 2 },
      [
        { op: 'remove', path: '/b' },
        { op: 'add', path: '/c', value: 2 },
      ],
    ],
    ['an item', ['x', 'y', 'z'], ['x', 'z'], [{ op: 'remove', path: '/1' }]],
    [
      'the end',
      [1],
      [1, 2, 3],
      [
        { op: 'add', path: '/1', value: 2 },
        { op: 'add', path: '/2', value: 3 },
      ],
    ],
    ['deep inside', { a: [{ b: 1 }] }, { a: [{ b: 2 }] }, [{ op: 'replace', path: '/a/0/b', value: 2 }]],
    ['all of it', 'old', ['new'], [{ op: 'replace', path: '', value: ['new'] }]],
    ['odd names', { 'a/b': 1, 'c~d': 1 }, { 'a/b': 2, 'c~d': 1 }, [{ op: 'replace', path: '/a~1b', value: 2 }]],
    [
      'names of Object',
      {},
      { toString: 1, constructor: null },
      [
        { op: 'add', path: '/constructor', value: null },
        { op: 'add', path: '/toString', value: 1 },
      ],
    ],
  ])('names %s', (_what, before, after, patch) => {
    expect(jsonPatch(before, after)).toEqual({ operations: patch, truncated: false });
  });

  it('turns the one into the other, whatever they are', () => {
    const json = fc.jsonValue({ maxDepth: 4 }).map((value) => copy(value as JsonValue));
    const noProto = json.filter((value) => !JSON.stringify(value).includes('__proto__'));
    fc.assert(
      fc.property(noProto, noProto, (before, after) => {
        expect(canonicalize(apply(before, after))).toBe(canonicalize(after));
      }),
      { numRuns: 300 },
    );
  });

  it('says only that all of it changed when it would be too long, and counts bytes', () => {
    const [before, after] = ['é'.repeat(100), 'ü'.repeat(100)];
    const patch = [{ op: 'replace', path: '/a', value: after }];
    const bytes = Buffer.byteLength(JSON.stringify(patch));
    expect(jsonPatch({ a: before }, { a: after }, bytes + 1)).toEqual({ operations: patch, truncated: false });
    expect(jsonPatch({ a: before }, { a: after }, bytes - 1)).toEqual({
      operations: [{ op: 'replace', path: '', value: { a: after } }],
      truncated: true,
    });
  });

  const nested = (leaf: JsonValue, depth: number): JsonValue =>
    depth === 0 ? leaf : [nested(leaf, depth - 1), 'x'.repeat(1_000)];
  const list = (item: JsonValue, length: number): JsonValue[] => Array.from({ length }, () => item);
  const K = 'K'.repeat(60_000);

  // Each takes seconds, or all memory, where work is anything but linear in both documents.
  it.each<[string, JsonValue, JsonValue, boolean]>([
    ['numbers of a long list', list(0, 60_000), list(1, 60_000), true],
    ['a list the other way round', [...Array(1_000).keys()], [...Array(1_000).keys()].reverse(), false],
    ['a list under a long name', { [K]: list(0, 30_000) }, { [K]: list(1, 30_000) }, true],
    ['objects under a long name', { [K]: list({ a: 0 }, 10_000) }, { [K]: list({ a: 1 }, 10_000) }, true],
    ['the end of a deep nesting', nested(list(0, 30_000), 31), nested([...list(0, 29_999), 1], 31), false],
    [
      'new members under a long name',
      { [K]: {} },
      { [K]: Object.fromEntries(list(0, 10_000).map((_n, i) => [`m${i}`, i])) },
      true,
    ],
  ])('is made in linear time: %s', (_what, before, after, truncated) => {
    const cpuMs = Math.min(...[1, 2, 3].map(() => cpuMsOf(() => jsonPatch(before, after))));
    expect(cpuMs).toBeLessThan(100);
    const patch = jsonPatch(before, after);
    expect(patch.truncated).toBe(truncated);
    expect(JSON.stringify(patch.operations).length).toBeLessThan(256 * 1024);
    expect(canonicalize(apply(before, after))).toBe(canonicalize(after));
  });

  it('is made of a deep nesting in the time of a flat one: nothing is compared at each level again', () => {
    const long = list({ a: { b: {} } }, 8_000);
    const cpuMs = (depth: number): number => {
      const [before, after] = [nested(long, depth), nested(copy([...long.slice(1), 1]), depth)];
      return Math.min(...[1, 2, 3, 4, 5].map(() => cpuMsOf(() => jsonPatch(before, after))));
    };
    expect(cpuMs(31)).toBeLessThan(5 * cpuMs(0) + 2);
  });
});

function cpuMsOf(work: () => unknown): number {
  const from = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1_000;
}
