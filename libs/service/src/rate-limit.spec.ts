import { loadRate, RateLimit } from './rate-limit.js';

describe('rate limit', () => {
  let nowMs = 0;
  const limitOf = (perSecond: number, burst: number) => new RateLimit({ perSecond, burst }, () => nowMs);
  /** How many of so many requests at once pass. */
  const passed = (limit: RateLimit, caller: string, count: number): number => {
    let taken = 0;
    for (let index = 0; index < count; index += 1) {
      try {
        limit.take(caller);
        taken += 1;
      } catch (error) {
        expect(error).toMatchObject({ code: 'rate_limited', details: { retry_after: 1 } });
      }
    }
    return taken;
  };
  beforeEach(() => {
    nowMs = 0;
  });

  it('gives each caller its own burst, then what flows in', () => {
    const limit = limitOf(2, 5);
    expect([passed(limit, 'a', 9), passed(limit, 'b', 9)]).toEqual([5, 5]);
    nowMs = 499;
    expect(passed(limit, 'a', 9)).toBe(0);
    nowMs = 2_000;
    expect(passed(limit, 'a', 9)).toBe(4);
  });

  it('never saves up more than one burst, nor loses by asking in vain', () => {
    const limit = limitOf(1, 3);
    expect(passed(limit, 'a', 9)).toBe(3);
    nowMs = 3_600_000;
    expect(passed(limit, 'a', 9)).toBe(3);
    for (; nowMs < 3_601_000; nowMs += 125) passed(limit, 'a', 5);
    expect(passed(limit, 'a', 5)).toBe(1);
  });

  it('lets through what it promises, over any time', () => {
    const limit = limitOf(50, 200);
    let taken = 0;
    for (; nowMs < 10_000; nowMs += 7) taken += passed(limit, 'a', 3);
    expect(taken).toBeGreaterThanOrEqual(200 + 50 * 9);
    expect(taken).toBeLessThanOrEqual(200 + 50 * 10);
  });

  it('keeps its tokens when the clock goes back', () => {
    const limit = limitOf(1, 2);
    nowMs = 10_000;
    limit.take('a');
    nowMs = 0;
    expect(passed(limit, 'a', 5)).toBe(1);
  });

  it('is as the environment says', () => {
    expect(loadRate({})).toEqual({ perSecond: 5_000, burst: 10_000 });
    expect(loadRate({ COUNTERSIGN_RATE_PER_S: '7' })).toEqual({ perSecond: 7, burst: 14 });
    expect(loadRate({ COUNTERSIGN_RATE_PER_S: '7', COUNTERSIGN_RATE_BURST: '3' })).toEqual({ perSecond: 7, burst: 3 });
    expect(() => loadRate({ COUNTERSIGN_RATE_BURST: 'many' })).toThrow('COUNTERSIGN_RATE_BURST');
  });
});
