import { byTopic, inSends, MAX_SEND_BYTES, toInRecord } from './records.js';
import { inSlices } from './slices.js';
import { quietLog } from './client-log.js';

it('cuts sends below the limit and keeps the order', () => {
  const sizes = [300_000, 300_000, 300_000, 900_000, 10, 10];
  const sends = inSends(sizes.map((size) => ({ topic: 't', key: null, value: Buffer.alloc(size), headers: {} })));
  expect(sends.map((send) => send.map(({ value }) => value.length))).toEqual([
    [300_000, 300_000],
    [300_000],
    [900_000],
    [10, 10],
  ]);
  expect(MAX_SEND_BYTES).toBeLessThan(1_048_576);
  expect(inSends([])).toEqual([]);
});

it('groups by topic in order', () => {
  const items = [
    ['a', 1],
    ['b', 2],
    ['a', 3],
  ] as const;
  expect(byTopic(items.map(([topic, message]) => ({ topic, message })))).toEqual([
    { topic: 'a', messages: [1, 3] },
    { topic: 'b', messages: [2] },
  ]);
});

it('takes the first of a repeated header', () => {
  const message = {
    offset: '7',
    timestamp: '1700000000000',
    key: null,
    value: null,
    attributes: 0,
    headers: { a: ['x', 'y'], b: 'z' },
    size: 0,
  };
  expect(toInRecord('t', 1, message as never)).toEqual({
    topic: 't',
    partition: 1,
    offset: 7,
    timestampMs: 1_700_000_000_000,
    key: null,
    value: null,
    headers: { a: 'x', b: 'z' },
  });
});

describe('slices', () => {
  it('gives the event loop its turn between slices of long work', async () => {
    let turns = 0;
    const counting = setInterval(() => turns++, 1);
    const busy = (): boolean => {
      const until = performance.now() + 0.5;
      while (performance.now() < until);
      return true;
    };
    let slices = 0;
    await expect(inSlices(Array.from({ length: 400 }), busy, () => Promise.resolve(++slices > 0))).resolves.toBe(true);
    clearInterval(counting);
    expect(slices).toBeGreaterThan(1);
    expect(turns).toBeGreaterThan(0);
  });

  it('stops at the first no of either side', async () => {
    const seen: number[] = [];
    await expect(
      inSlices(
        [1, 2, 3],
        (item) => seen.push(item) < 2,
        () => Promise.resolve(true),
      ),
    ).resolves.toBe(false);
    expect(seen).toEqual([1, 2]);
    await expect(
      inSlices(
        [1],
        () => true,
        () => Promise.resolve(false),
      ),
    ).resolves.toBe(false);
  });
});

it('says a line of the client library once in ten seconds', () => {
  const lines: string[] = [];
  let nowMs = 0;
  const say = quietLog(
    { info: () => undefined, error: () => undefined, warn: (_, fields) => lines.push(String(fields?.['line'])) },
    () => nowMs,
  )();
  const at = (time: number, message: string): void => {
    nowMs = time;
    say({ namespace: 'Connection', log: { message } });
  };
  at(0, 'refused');
  at(9_999, 'refused');
  at(9_999, 'closed');
  at(10_000, 'refused');
  expect(lines).toEqual(['refused', 'closed', 'refused']);
});
