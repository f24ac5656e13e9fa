/** Iglewicz and Hoaglin: 0.6745 · |x − median| / MAD above 3.5 is far. In integers: times 10,000, and times 20 for the floor. */
const NUMERATOR = 6_745n * 20n;
const LIMIT = 35_000n;

const absolute = (value: bigint): bigint => (value < 0n ? -value : value);
const greater = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** The middle one; of two the lower, so that no value is made up and doubt counts against the larger. */
const median = (values: readonly bigint[]): bigint =>
  [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))[(values.length - 1) >> 1] ?? 0n;

/**
 * How many integers lie from their middle: above 0 too high, below 0 too low, 0 for near. The modified z-score with the
 * median absolute deviation, which up to half of the values cannot move; a deviation below 5 % of the median, or below
 * `floor`, counts as that much, so that equal values do not make the next one far.
 */
export function farness(values: readonly bigint[], floor = 0n): (value: bigint) => -1 | 0 | 1 {
  const middle = median(values);
  const deviation = median(values.map((value) => absolute(value - middle)));
  const spread = greater(20n * greater(deviation, floor), absolute(middle));
  return (value) => {
    if (NUMERATOR * absolute(value - middle) <= LIMIT * spread) return 0;
    return value > middle ? 1 : -1;
  };
}

const fraction = (decimal: string): number => (decimal.includes('.') ? decimal.length - decimal.indexOf('.') - 1 : 0);

/** Plain decimals as integers of one common unit, exactly. */
export function integersOf(decimals: readonly string[]): { readonly values: readonly bigint[]; readonly unit: bigint } {
  const digits = Math.max(0, ...decimals.map(fraction));
  const values = decimals.map((one) => BigInt(one.replace('.', '') + '0'.repeat(digits - fraction(one))));
  return { values, unit: 10n ** BigInt(digits) };
}
