/** Requests that people race for: 1,000, or COUNTERSIGN_TEST_RACES. */
export const RACES = Number(process.env['COUNTERSIGN_TEST_RACES'] ?? 1_000);
