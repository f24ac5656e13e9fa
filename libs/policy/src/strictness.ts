import { gateStrictness } from '@countersign/events';
import type { Gate } from '@countersign/events';

/**
 * Orders gates by strictness. null, no gate, is the loosest.
 * @returns below 0 when `a` is looser, 0 when neither is stricter, above 0 when `a` is stricter
 */
export const compareStrictness = (a: Gate | null, b: Gate | null): number =>
  (a === null ? 0 : gateStrictness(a)) - (b === null ? 0 : gateStrictness(b));

/** The stricter of two gates; the first when neither is stricter. */
export const stricter = (a: Gate | null, b: Gate | null): Gate | null => (compareStrictness(a, b) >= 0 ? a : b);
