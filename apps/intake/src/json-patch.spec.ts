import fc from 'fast-check';
import rfc6902 from 'rfc6902';
import { canonicalize } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import { jsonPatch } from './json-patch.js';

const copy = (value: JsonValue) => JSON.parse(JSON.stringify(value)) as JsonValue;
/** Applies a patch with another library than ours. */
const apply = (before: JsonValue, after: JsonValue): JsonValue => {
  const holder = { document: copy(before) };
  const patch = jsonPatch(before, after, '/document');
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
    expect(jsonPatch(before, after)).toEqual(patch);
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

  it('stays quick for long lists', () => {
    const before = Array.from({ length: 60_000 }, (_item, i) => i);
    const from = Date.now();
    jsonPatch(
      before,
      before.map((i) => i + 1),
    );
    expect(Date.now() - from).toBeLessThan(2_000);
  });
});
