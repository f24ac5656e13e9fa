/** Answers that say "not now": the same request may be sent again with the same key. */
const RETRIED = new Set([429, 502, 503, 504]);
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 2_000;

export function isRetried(status: number): boolean {
  return RETRIED.has(status);
}

/**
 * Milliseconds to wait for a `Retry-After` header (seconds or an HTTP date), or null when there is none.
 * @param nowMs current time, UTC epoch milliseconds
 */
export function retryAfterMs(header: string | null, nowMs: number): number | null {
  if (header === null || header.trim() === '') return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}

/**
 * Pause before attempt `attempt + 1`: what the server asked for, else exponential from 100 ms to 2 s.
 * @param jitter 0 to 1; spreads clients that failed together over the upper half of the pause
 */
export function pauseMs(attempt: number, askedMs: number | null, jitter: number): number {
  if (askedMs !== null && askedMs > 0) return askedMs;
  const full = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt);
  return full / 2 + (full / 2) * jitter;
}
