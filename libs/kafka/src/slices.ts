import { yieldToLoop } from './pace.js';

/** Longest stretch of synchronous work before the event loop gets its turn, milliseconds. */
const SLICE_MS = 50;
/** The clock is read once for this many items. */
const STRIDE = 64;

/**
 * Applies items in order, in slices. Stops when `apply` or `between` says false; `between` runs after each slice.
 * @returns whether all items were applied and every answer was true
 */
export async function inSlices<T>(
  items: readonly T[],
  apply: (item: T) => boolean,
  between: () => Promise<boolean>,
): Promise<boolean> {
  for (let at = 0; at < items.length;) {
    const until = performance.now() + SLICE_MS;
    do {
      if (!apply(items[at++]!)) return false;
    } while (at < items.length && (at % STRIDE !== 0 || performance.now() < until));
    if (at < items.length) await yieldToLoop();
    if (!(await between())) return false;
  }
  return true;
}
