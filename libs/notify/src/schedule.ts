const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Waits before the second and each later attempt, milliseconds: 10 attempts over about three days. */
export const RETRY_WAITS_MS: readonly number[] = [
  5_000,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  ...[2, 5, 10, 14, 20, 24].map((hours) => hours * HOUR_MS),
];

/** A message that waited this long at a switched-off endpoint is not sent any more by itself, milliseconds. */
export const MAX_AGE_MS = 4 * 24 * HOUR_MS;

const JITTER = 0.2;

/**
 * When to try again after a failed attempt; null when that was the last.
 * @param attempt number of the failed attempt, 1 or more
 * @param luck from 0 (incl.) to 1 (excl.): waits vary by a fifth, so that receivers are not met by all at once
 */
export function nextAttemptAt(attempt: number, nowMs: number, luck: number, waits = RETRY_WAITS_MS): number | null {
  const wait = waits[attempt - 1];
  return wait === undefined ? null : nowMs + Math.round(wait * (1 - JITTER + 2 * JITTER * luck));
}
