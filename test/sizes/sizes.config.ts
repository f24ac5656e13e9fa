/** Accepted proposals whose later records are looked at; `npm run sizes` takes 10,000. */
export const PROPOSALS = Number(process.env['COUNTERSIGN_TEST_SIZES'] ?? 500);

/** Seed of the proposals, so that a run can be repeated. */
export const SEED = Number(process.env['COUNTERSIGN_SIZES_SEED'] ?? 20_261_201);
