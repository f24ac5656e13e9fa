import { canonicalBytes, LIMITS } from '@countersign/canonical';
import type { TrailEntry } from './trail.js';

/** Bytes of one step beside which others have room. */
const MAX_STEP = 4 * 1024;

const bytesOf = (entry: TrailEntry): number => canonicalBytes({ ...entry }) + 1;

const cut = (text: string): string =>
  text.length > LIMITS.explainedCharacters ? `${text.slice(0, LIMITS.explainedCharacters - 1).toWellFormed()}…` : text;

/** The step with a short condition, and as many of its values as fit. */
function shortened(entry: TrailEntry): TrailEntry {
  const short = { ...entry, condition: cut(entry.condition), values: {} };
  let bytes = bytesOf(short);
  const values = Object.entries(entry.values).filter(([name, value]) => {
    bytes += canonicalBytes({ [name]: value });
    return bytes <= MAX_STEP;
  });
  return { ...short, values: Object.fromEntries(values) };
}

/**
 * The explanation as it is recorded: at most 32 KiB of JSON text. Where it would be longer, conditions are cut, and steps
 * left out from the first on, which says how many; those that decided stand last.
 */
export function boundedTrail(trail: readonly TrailEntry[]): readonly TrailEntry[] {
  if (sum(trail) <= LIMITS.explanation) return trail;
  const short = trail.map(shortened);
  let left = sum(short);
  let from = 0;
  for (; left > LIMITS.explanation - MAX_STEP; from += 1) left -= bytesOf(short[from] as TrailEntry);
  if (from === 0) return short;
  return [{ rule: 'left_out', condition: `${from} earlier steps`, result: null, values: {} }, ...short.slice(from)];
}

const sum = (trail: readonly TrailEntry[]): number => trail.reduce((bytes, entry) => bytes + bytesOf(entry), 2);
