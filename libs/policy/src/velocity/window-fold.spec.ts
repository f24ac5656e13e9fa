import fc from 'fast-check';
import type { PlacedEntry } from './entries.js';
import { WindowFold } from './window-fold.js';

const HOUR_MS = 3_600_000;
const usd = (value: string) => ({ value, currency: 'USD' });

function entry(action_id: string, at_ms: number, more: Partial<PlacedEntry> = {}): PlacedEntry {
  const line = { tenant: 'acme', window: 'pay/day:agent:86400s:amount', key: 'bot', window_ms: 24 * HOUR_MS };
  return { ...line, action_id, at_ms, offset: 0, amount: usd('99.00'), ...more };
}

describe('a fold of windows', () => {
  it('holds the entries of one window length, the first millisecond of it excluded', () => {
    const fold = new WindowFold();
    expect(fold.enter(entry('a', 1_000))).toMatchObject({ count: 1, sum: usd('99.00'), at_ms: 1_000 });
    expect(fold.enter(entry('b', 1_000 + 24 * HOUR_MS - 1))).toMatchObject({ count: 2, sum: usd('198.00') });
    expect(fold.enter(entry('c', 1_000 + 24 * HOUR_MS))).toMatchObject({ count: 2, sum: usd('198.00') });
  });

  it('says unknown while a window holds more than the limit, and knows again afterwards', () => {
    const fold = new WindowFold({ maxEntries: 3 });
    const counts = (from: number, to: number, at: (index: number) => number): (number | null)[] =>
      Array.from({ length: to - from }, (_, i) => fold.enter(entry(`a${from + i}`, at(from + i))).count);
    expect(counts(0, 6, (index) => index)).toEqual([1, 2, 3, null, null, null]);
    expect(fold.size.inside).toBe(3);
    // The three that are kept leave the window one by one.
    expect(counts(6, 7, () => 3 + 24 * HOUR_MS)).toEqual([3]);
    expect(counts(7, 8, () => 60 * HOUR_MS)).toEqual([1]);
  });

  it('says unknown of a window that begins before the entries that were read', () => {
    const fold = new WindowFold({ sinceMs: HOUR_MS });
    expect(fold.enter(entry('a', HOUR_MS + 5))).toMatchObject({ count: null, sum: null });
    expect(fold.enter(entry('b', 25 * HOUR_MS - 1))).toMatchObject({ count: null });
    expect(fold.enter(entry('c', 25 * HOUR_MS))).toMatchObject({ count: 3, sum: usd('297.00') });
  });

  it('knows no sum of two currencies', () => {
    const fold = new WindowFold();
    fold.enter(entry('a', 0, { amount: { value: '1.00', currency: 'EUR' } }));
    expect(fold.enter(entry('b', 1))).toMatchObject({ count: 2, sum: null });
    expect(fold.enter(entry('c', 24 * HOUR_MS))).toMatchObject({ count: 2, sum: usd('198.00') });
  });

  it('says the same sum in the same words, whatever passed through the window', () => {
    const yen = (value: string) => ({ value, currency: 'JPY' });
    const fold = new WindowFold();
    fold.enter(entry('a', 0, { amount: usd('1.01') }));
    expect(fold.enter(entry('b', 24 * HOUR_MS, { amount: usd('2') })).sum).toEqual(usd('2.00'));
    expect(fold.enter(entry('y', 24 * HOUR_MS, { key: 'other', amount: yen('500') })).sum).toEqual(yen('500'));
    expect(fold.enter(entry('z', 24 * HOUR_MS, { key: 'free', amount: usd('0') })).sum).toEqual(usd('0.00'));
  });

  it('frees what no later entry can ask for', () => {
    const fold = new WindowFold();
    for (let index = 0; index < 1_000; index++) fold.enter(entry(`a${index}`, index, { key: `bot-${index}` }));
    expect(fold.size).toEqual({ lines: 1_000, inside: 1_000, answers: 1_000 });
    fold.enter(entry('later', 25 * HOUR_MS));
    expect(fold.size).toMatchObject({ lines: 1_001, answers: 1_001 });
    fold.enter(entry('last', 9 * 24 * HOUR_MS));
    expect(fold.size).toEqual({ lines: 1, inside: 1, answers: 1 });
  });
});

interface Drawn {
  readonly id: number;
  readonly key: number;
  readonly afterMs: number;
  readonly cents: number | null;
}

/** The definition, read off the list: no running sums, nothing forgotten. */
function byDefinition(log: readonly PlacedEntry[]): { count: number; sum: string | null }[] {
  const first = log.map((one) => log.findIndex((old) => old.key === one.key && old.action_id === one.action_id));
  return log.map((_, index) => {
    const own = log[first[index]!]!;
    const inside = log.filter(
      ({ key, at_ms }, position) =>
        position <= first[index]! &&
        first[position] === position &&
        key === own.key &&
        at_ms > own.at_ms - own.window_ms,
    );
    const cents = inside.map(({ amount }) => (amount === null ? null : Math.round(Number(amount.value) * 100)));
    const total = cents.reduce((sum, one) => (sum === null || one === null ? null : sum + one), 0);
    return { count: inside.length, sum: total === null ? null : (total / 100).toFixed(2) };
  });
}

const drawn: fc.Arbitrary<Drawn[]> = fc.array(
  fc.record({
    id: fc.nat({ max: 30 }),
    key: fc.nat({ max: 2 }),
    afterMs: fc.integer({ min: 0, max: 40 }),
    cents: fc.option(fc.nat({ max: 9_999 }), { freq: 20 }),
  }),
  { maxLength: 60 },
);

function logOf(list: readonly Drawn[]): PlacedEntry[] {
  let at_ms = 1_000;
  return list.map(({ id, key, afterMs, cents }, offset) => {
    at_ms += afterMs;
    const amount = cents === null ? null : usd((cents / 100).toFixed(2));
    // A copy has the amount of its first entry: the action is the same.
    const first = list.findIndex((one) => one.id === id && one.key === key);
    const firstCents = list[first]?.cents ?? null;
    const same = first === offset ? amount : firstCents === null ? null : usd((firstCents / 100).toFixed(2));
    return entry(`a${id}`, at_ms, { key: `bot-${key}`, window_ms: 200, offset, amount: same });
  });
}

describe('any log', () => {
  it('is answered as the definition says', () => {
    fc.assert(
      fc.property(drawn, (list) => {
        const log = logOf(list);
        const fold = new WindowFold();
        const answers = log.map((one) => fold.enter(one));
        expect(answers.map(({ count, sum }) => ({ count, sum: sum?.value ?? null }))).toEqual(byDefinition(log));
      }),
      { seed: 7, numRuns: 2_000 },
    );
  });

  it('is answered the same by an instance that began later but far enough back', () => {
    const options = { rememberMs: 300 };
    fc.assert(
      fc.property(drawn, fc.nat({ max: 60 }), (list, cut) => {
        const log = logOf(list);
        const startMs = (log[cut]?.at_ms ?? 0) - 200 - 300;
        const old = new WindowFold(options);
        const young = new WindowFold(options);
        // Copies come within the time that an action is remembered, as in the log: a known action is not entered again.
        const seen = new Map<string, number>();
        log.forEach((one, index) => {
          const id = `${one.key} ${one.action_id}`;
          const first = seen.get(id) ?? one.at_ms;
          seen.set(id, first);
          if (one.at_ms - first >= 300) return;
          const answer = old.enter(one);
          if (one.at_ms < startMs) return;
          const same = young.enter(one);
          if (index >= cut && first > startMs + 200) expect(same).toEqual(answer);
        });
      }),
      { seed: 11, numRuns: 2_000 },
    );
  });
});
