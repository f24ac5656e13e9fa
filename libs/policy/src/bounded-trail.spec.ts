import { LIMITS } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import { boundedTrail } from './bounded-trail.js';
import { MoneyValue } from './money.js';
import { shown } from './shown.js';
import type { TrailEntry } from './trail.js';

const entry = (rule: string, condition: string, values: Record<string, JsonValue> = {}): TrailEntry => ({
  ...{ rule, condition, result: null, values },
});
const bytes = (trail: readonly TrailEntry[]): number => Buffer.byteLength(JSON.stringify(trail));

describe('a recorded explanation', () => {
  it('is whole where it is short', () => {
    const trail = [entry('a', 'x > 1', { x: 2 }), entry('b', 'otherwise')];
    expect(boundedTrail(trail)).toBe(trail);
  });

  it('is short where conditions are long', () => {
    const short = boundedTrail(Array.from({ length: 30 }, (_item, i) => entry(`r${i}`, 'ü'.repeat(2_000))));
    expect(short.map(({ rule }) => rule)).toEqual(Array.from({ length: 30 }, (_item, i) => `r${i}`));
    expect(short[0]?.condition).toHaveLength(LIMITS.explainedCharacters);
    expect(bytes(short)).toBeLessThanOrEqual(LIMITS.explanation);
  });

  it('leaves out the first of many steps, and says how many', () => {
    const short = boundedTrail(Array.from({ length: 1_000 }, (_item, i) => entry(`r${i}`, 'x'.repeat(500))));
    expect(bytes(short)).toBeLessThanOrEqual(LIMITS.explanation);
    expect(short[0]).toMatchObject({ rule: 'left_out', condition: `${1_001 - short.length} earlier steps` });
    expect(short.at(-1)?.rule).toBe('r999');
  });

  it('leaves out values of one step that has very many', () => {
    const values = Object.fromEntries(Array.from({ length: 1_000 }, (_item, i) => [`f${i}`, 'x'.repeat(256)]));
    const short = boundedTrail([entry('wide', 'otherwise', values), entry('last', 'otherwise')]);
    expect(bytes(short)).toBeLessThanOrEqual(LIMITS.explanation);
    expect(short.map(({ rule }) => rule)).toEqual(['wide', 'last']);
    expect(Object.keys(short[0]?.values ?? {}).length).toBeGreaterThan(5);
  });
});

describe('a value in an explanation', () => {
  it.each<[unknown, JsonValue]>([
    ['x'.repeat(256), 'x'.repeat(256)],
    ['x'.repeat(257), `${'x'.repeat(255)}…`],
    [`${'x'.repeat(254)}😀😀`, `${'x'.repeat(254)}…`],
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    [['y'.repeat(65)], [`${'y'.repeat(63)}…`]],
    [5n, 5],
    [undefined, null],
    [new MoneyValue('USD', 15_000, '1.50'), { value: '1.50', currency: 'USD' }],
    [{ deep: 'x'.repeat(300) }, 'object, too long to be shown'],
  ])('is short: %#', (value, text) => expect(shown(value)).toEqual(text));

  it.each([20, 21, 1_000])('is short where it is a list of %i', (length) => {
    const text = JSON.stringify(shown(Array.from({ length }, () => 'ü'.repeat(100))));
    expect(text.length).toBeLessThanOrEqual(LIMITS.explainedCharacters);
    expect(text).toContain('…');
  });
});
