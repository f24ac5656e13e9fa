import { isRetried, pauseMs, retryAfterMs } from './retry.js';

describe('retry', () => {
  it('retries only answers that say "not now"', () => {
    expect([429, 502, 503, 504].every(isRetried)).toBe(true);
    expect([200, 400, 401, 403, 404, 409, 422, 500].some(isRetried)).toBe(false);
  });

  it('reads Retry-After as seconds or as a date', () => {
    expect(retryAfterMs('2', 0)).toBe(2000);
    expect(retryAfterMs('Thu, 01 Jan 1970 00:00:05 GMT', 1000)).toBe(4000);
    expect(retryAfterMs(null, 0)).toBeNull();
    expect(retryAfterMs('soon', 0)).toBeNull();
  });

  it('backs off from 100 ms to 2 s and obeys the server', () => {
    expect(pauseMs(0, null, 1)).toBe(100);
    expect(pauseMs(3, null, 0)).toBe(400);
    expect(pauseMs(20, null, 1)).toBe(2000);
    expect(pauseMs(0, 7000, 0)).toBe(7000);
  });
});
