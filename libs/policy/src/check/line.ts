/** One stretch of a number line on which every comparison of the policy says the same: a point or an open interval. */
export interface Stretch {
  /** Ends in scaled units; null is unbounded. Equal for a point. */
  readonly low: bigint | null;
  readonly high: bigint | null;
  /** A value inside. */
  readonly sample: bigint;
}

/** What is known of a number line, in scaled units of which one is the smallest step. */
export interface LineBounds {
  readonly points: readonly bigint[];
  /** Smallest and largest value that there is. */
  readonly min: bigint | null;
  readonly max: bigint | null;
  /** A plain value, above 0, for a stretch that has no upper end. */
  readonly reach: bigint;
}

const sorted = (values: readonly bigint[]): bigint[] => [...new Set(values)].sort((a, b) => (a < b ? -1 : 1));
function sampleOf(low: bigint | null, high: bigint | null, reach: bigint): bigint {
  if (low !== null && high !== null) return (low + high) / 2n;
  if (low !== null) return low < reach ? reach : low * 2n;
  if (high === null) return reach;
  return high > 1n ? high / 2n : high * 2n - reach;
}

/** The stretch strictly between two points, or null when there is no value. The ends of the line count as inside. */
function between(low: bigint | null, high: bigint | null, { min, max, reach }: LineBounds): Stretch | null {
  const first = low === null ? min : low + 1n;
  const last = high === null ? max : high - 1n;
  if (first !== null && last !== null && first > last) return null;
  const middle = sampleOf(low ?? min, high ?? max, reach);
  const sample = first !== null && middle < first ? first : last !== null && middle > last ? last : middle;
  return { low, high, sample };
}

/** Cuts a line at its points: together the stretches hold every value that there is. */
export function stretchesOf(bounds: LineBounds): Stretch[] {
  const { min, max } = bounds;
  const points = sorted(bounds.points).filter((p) => (min === null || p >= min) && (max === null || p <= max));
  const stretches = [between(null, points[0] ?? null, bounds)];
  points.forEach((point, index) => {
    stretches.push({ low: point, high: point, sample: point });
    stretches.push(between(point, points[index + 1] ?? null, bounds));
  });
  return stretches.filter((stretch) => stretch !== null);
}

/** Says a run of neighbouring stretches, such as `>= 100.00 and < 200.00`; empty when it is the whole line. */
export function describeRun(first: Stretch, last: Stretch, show: (value: bigint) => string): string {
  if (first === last && first.low !== null && first.low === first.high) return `= ${show(first.low)}`;
  const low = first.low === null ? '' : `${first.low === first.high ? '>=' : '>'} ${show(first.low)}`;
  const high = last.high === null ? '' : `${last.low === last.high ? '<=' : '<'} ${show(last.high)}`;
  return [low, high].filter((part) => part !== '').join(' and ');
}
