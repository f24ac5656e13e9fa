import { RateLimit } from './rate-limit.js';

describe('rate limit', () => {
  it('gives each caller its own burst, then what flows in', () => {
    const limit = new RateLimit(2);
    limit.take('a', 0);
    limit.take('a', 0);
    expect(() => limit.take('a', 0)).toThrow(
      expect.objectContaining({ code: 'rate_limited', details: { retry_after: 1 } }),
    );
    limit.take('b', 0);
    limit.take('a', 500);
    expect(() => limit.take('a', 500)).toThrow();
  });

  it('never saves up more than one second', () => {
    const limit = new RateLimit(1);
    limit.take('a', 0);
    limit.take('a', 3_600_000);
    expect(() => limit.take('a', 3_600_000)).toThrow();
  });
});
