import { CLOCK_SKEW_MS, CountersignError, parseTime } from '@countersign/canonical';

interface Bounds {
  readonly fromMs: number;
  readonly from: string;
  /** UTC epoch milliseconds at which the statement came in. */
  readonly nowMs: number;
}

/**
 * When an effect took place, UTC epoch milliseconds; null when that is not stated.
 * @param submittedAt RFC 3339 time of the proposal, as its document has it
 * @param nowMs when the report came in, UTC epoch milliseconds
 * @throws CountersignError `invalid_action` for what is no time, or one that cannot be
 */
export function occurredAt(stated: string | null | undefined, submittedAt: unknown, nowMs: number): number | null {
  if (stated === null || stated === undefined) return null;
  const fromMs = (parseTime(submittedAt) ?? nowMs) - CLOCK_SKEW_MS;
  return timeWithin(stated, '/occurred_at', { fromMs, from: 'the proposal', nowMs });
}

/**
 * When something was found out about an action, UTC epoch milliseconds; now when that is not stated.
 * @throws CountersignError `invalid_action` for what is no time, or one before 1970 or in the future
 */
export function observedAt(stated: string | null | undefined, nowMs: number): number {
  if (stated === null || stated === undefined) return nowMs;
  return timeWithin(stated, '/observed_at', { fromMs: 0, from: '1970', nowMs });
}

function timeWithin(stated: string, pointer: string, { fromMs, from, nowMs }: Bounds): number {
  const time = parseTime(stated);
  const refuse = (detail: string) => new CountersignError('invalid_action', detail, { pointer });
  if (time === null) throw refuse('not a time: write one that exists as RFC 3339, such as 2026-06-19T09:00:00.000Z');
  if (time < fromMs || time > nowMs + CLOCK_SKEW_MS)
    throw refuse(`the time lies before ${from} or in the future; mend the clock, or leave it out`);
  return time;
}
