/** Requests whose clocks run out: 1,000, or COUNTERSIGN_TEST_TIMERS. */
export const TIMERS = Number(process.env['COUNTERSIGN_TEST_TIMERS'] ?? 1_000);
