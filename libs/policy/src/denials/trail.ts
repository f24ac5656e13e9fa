import type { TrailEntry } from '../trail.js';
import type { DenialCounts } from './denials.js';
import { NEVER_DENIED } from './denials.js';

const RULE = 'denials';

/** What was denied before, as a step of an explanation: the decision can be repeated from it alone. */
export const denialTrail = ({ same_digest, same_target }: DenialCounts): TrailEntry[] =>
  same_digest + same_target === 0
    ? []
    : [{ rule: RULE, condition: 'people denied the like before', result: true, values: { same_digest, same_target } }];

/**
 * The counts that an explanation recorded.
 * @param explanation JSON text of a trail, as decisions carry it
 */
export function recordedDenials(explanation: string): DenialCounts {
  const trail = JSON.parse(explanation) as unknown;
  const entry = Array.isArray(trail) ? (trail as TrailEntry[]).find((one) => one?.rule === RULE) : undefined;
  return (entry?.values as unknown as DenialCounts | undefined) ?? NEVER_DENIED;
}
