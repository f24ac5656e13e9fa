import { CountersignError } from '@countersign/canonical';

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

/** One token bucket for each caller: `perSecond` on average, as many at once. */
export class RateLimit {
  private readonly buckets = new Map<string, Bucket>();

  /** @param perSecond requests a second and largest burst, 1 or more */
  constructor(private readonly perSecond: number) {}

  /**
   * Takes a token.
   * @param caller an authenticated id, so that strangers cannot fill the map
   * @throws CountersignError `rate_limited` with `retry_after` (whole seconds)
   */
  take(caller: string, nowMs: number): void {
    const bucket = this.buckets.get(caller) ?? { tokens: this.perSecond, filledAtMs: nowMs };
    const gained = (Math.max(0, nowMs - bucket.filledAtMs) / 1000) * this.perSecond;
    bucket.tokens = Math.min(this.perSecond, bucket.tokens + gained);
    bucket.filledAtMs = nowMs;
    this.buckets.set(caller, bucket);
    if (bucket.tokens < 1)
      throw new CountersignError('rate_limited', `at most ${this.perSecond} requests a second`, { retry_after: 1 });
    bucket.tokens -= 1;
  }
}
