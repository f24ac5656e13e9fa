/**
 * Exact percentile with linear interpolation between the two nearest values, as ClickHouse's `quantileExactInclusive`
 * (and PERCENTILE.INC of spreadsheets) gives it, to the last bit.
 * @param level 0 to 1
 * @returns null without values
 */
export function quantileInclusive(values: readonly number[], level: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const position = level * (sorted.length - 1) + 1;
  const below = Math.floor(position);
  const low = sorted[below - 1];
  const high = sorted[below];
  if (low === undefined) return null;
  return high === undefined ? low : low + (position - below) * (high - low);
}
