import { addDecimal } from '@countersign/canonical';
import type { Money } from '@countersign/canonical';
import type { Entry } from './entries.js';
import type { Counted, CountedWindows } from './counted.js';
import type { Remembered } from './window-fold.js';

/** The sum with one amount in place of another; null when any of them is unknown. */
function replaced(sum: Money | null, from: Money | null, to: Money | null): Money | null {
  if (sum === null || from === null || to?.currency !== sum.currency) return null;
  return { value: addDecimal(addDecimal(sum.value, `-${from.value}`), to.value), currency: sum.currency };
}

/**
 * What the windows of a changed action held at its first decision: its place and the others stay, its own amount is the
 * changed one.
 * @param find what the fold remembers; a line that the change moved the action to has nothing, and stays unknown
 */
export function editedWindows(entries: readonly Entry[], find: (entry: Entry) => Remembered | null): CountedWindows {
  const counted: Record<string, Counted> = {};
  for (const entry of entries) {
    const first = find(entry);
    if (first === null) continue;
    counted[entry.window] = { ...first.counted, sum: replaced(first.counted.sum, first.amount, entry.amount) };
  }
  return counted;
}
