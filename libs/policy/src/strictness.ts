import type { Gate } from '@countersign/events';

const REASONS = ['never', 'deny', 'always'];

/**
 * How much a gate asks, 100 or more: distinct approvers count first, then the wider duty to give a reason; among equals
 * people of several kinds, a release that is waited for, and evidence.
 */
export const gateSeverity = ({ quorum, reason, factors, hold, evidence }: Gate): number =>
  quorum * 100 +
  REASONS.indexOf(reason) * 10 +
  (factors.length > 0 ? 4 : 0) +
  (hold ? 2 : 0) +
  (evidence.length > 0 ? 1 : 0);

/**
 * Orders gates by strictness. null, no gate, is the loosest.
 * @returns below 0 when `a` is looser, 0 when neither is stricter, above 0 when `a` is stricter
 */
export const compareStrictness = (a: Gate | null, b: Gate | null): number =>
  (a === null ? 0 : gateSeverity(a)) - (b === null ? 0 : gateSeverity(b));

/** The stricter of two gates; the first when neither is stricter. */
export const stricter = (a: Gate | null, b: Gate | null): Gate | null => (compareStrictness(a, b) >= 0 ? a : b);
