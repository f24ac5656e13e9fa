import { CountersignError } from '@countersign/canonical';
import type { Env } from './env.js';
import { positiveInt } from './env.js';

/** How often one caller may ask one instance. */
export interface Rate {
  /** Requests a second in the long run, 1 or more. */
  readonly perSecond: number;
  /** Requests at once after a rest, 1 or more. */
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

/**
 * Reads `COUNTERSIGN_RATE_PER_S` (default 5 000) and `COUNTERSIGN_RATE_BURST` (default twice the rate).
 * @throws Error naming a variable that is not a whole number of 1 or more
 */
export function loadRate(env: Env): Rate {
  const perSecond = positiveInt(env, 'COUNTERSIGN_RATE_PER_S', 5_000);
  return { perSecond, burst: positiveInt(env, 'COUNTERSIGN_RATE_BURST', 2 * perSecond) };
}

/** One token bucket for each caller. */
export class RateLimit {
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    private readonly rate: Rate,
    private readonly clock: () => number = Date.now,
  ) {}

  /**
   * Takes a token.
   * @param caller an authenticated id, so that strangers cannot fill the map
   * @throws CountersignError `rate_limited` with `retry_after` (whole seconds)
   */
  take(caller: string): void {
    const { perSecond, burst } = this.rate;
    const nowMs = this.clock();
    const bucket = this.buckets.get(caller) ?? { tokens: burst, filledAtMs: nowMs };
    const gained = (Math.max(0, nowMs - bucket.filledAtMs) / 1000) * perSecond;
    bucket.tokens = Math.min(burst, bucket.tokens + gained);
    bucket.filledAtMs = nowMs;
    this.buckets.set(caller, bucket);
    if (bucket.tokens < 1)
      throw new CountersignError('rate_limited', `slow down to ${perSecond} requests a second`, { retry_after: 1 });
    bucket.tokens -= 1;
  }
}
