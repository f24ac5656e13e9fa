import type { JsonValue } from '@countersign/canonical';
import type { TrailEntry } from '../trail.js';
import type { Counted, CountedWindows } from './counted.js';

const RULE = 'velocity';

/** What the windows held, as steps of an explanation: the decision can be repeated from them alone. */
export function windowTrail(counted: CountedWindows): TrailEntry[] {
  return Object.keys(counted)
    .sort()
    .map((window) => {
      const { count, sum, at_ms, offset } = counted[window]!;
      const values: Record<string, JsonValue> = { count, sum: sum && { ...sum }, at_ms, offset };
      return { rule: RULE, condition: window, result: count === null ? null : true, values };
    });
}

const isEntry = (value: unknown): value is TrailEntry =>
  typeof value === 'object' && value !== null && (value as TrailEntry).rule === RULE;

/**
 * The windows that an explanation recorded; null when it has none.
 * @param explanation JSON text of a trail, as decisions carry it
 */
export function recordedWindows(explanation: string): CountedWindows | null {
  const trail = JSON.parse(explanation) as unknown;
  const entries = Array.isArray(trail) ? trail.filter(isEntry) : [];
  if (entries.length === 0) return null;
  return Object.fromEntries(entries.map(({ condition, values }) => [condition, values as unknown as Counted]));
}
