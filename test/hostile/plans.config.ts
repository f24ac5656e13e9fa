/** How long the campaign is: rounds of a while without the attack and a while with it. */
export interface Plan {
  readonly rounds: number;
  /** Each round's measurement without the attack, seconds. */
  readonly calm_s: number;
  /** Each round's attack, seconds. */
  readonly attack_s: number;
  /** Operations of each sort (propose, vote, redeem) that the neighbour does at least under attack. */
  readonly operations: number;
  /** The whole run must end within this time, milliseconds. */
  readonly limitMs: number;
}

const SHORT: Plan = { rounds: 3, calm_s: 6, attack_s: 16, operations: 300, limitMs: 420_000 };
const LONG: Plan = { rounds: 10, calm_s: 6, attack_s: 60, operations: 3_000, limitMs: 2_400_000 };

/** `COUNTERSIGN_HOSTILE=long` is what `npm run hostile` asks for. */
export const planOf = (env: NodeJS.ProcessEnv): Plan => (env['COUNTERSIGN_HOSTILE'] === 'long' ? LONG : SHORT);

/** Kinds of extremes that are tried alone, e.g. `compression,bombs`, to see which of them does harm. Default: all. */
export const ONLY = (process.env['COUNTERSIGN_HOSTILE_ONLY'] ?? '').split(',').filter(Boolean);

export const isWanted = (kind: string): boolean => ONLY.length === 0 || ONLY.includes(kind);

/** Seed of the extremes, so that a run can be repeated. */
export const SEED = Number(process.env['COUNTERSIGN_HOSTILE_SEED'] ?? 20_261_130);
