import { canonicalize } from '@countersign/canonical';
import type { Decision } from './decision.js';

/** A decision as it was recorded, as far as it is compared. */
export type RecordedSaying = Pick<
  Decision,
  | 'bypass'
  | 'policy_name'
  | 'policy_version'
  | 'rule'
  | 'impact'
  | 'reversibility'
  | 'regulatory_pressure'
  | 'unknown'
  | 'segment'
  | 'unproven'
> & {
  readonly policy_decision: string;
  readonly effective_decision: string;
  readonly mode: string;
  /** Name of the gate that bound, else null. */
  readonly gate: string | null;
  /** JSON text of the trail. */
  readonly explanation: string;
};

const FIELDS = [
  ...['policy_decision', 'effective_decision', 'mode', 'bypass', 'policy_name', 'policy_version', 'rule'],
  ...['impact', 'reversibility', 'regulatory_pressure', 'unknown', 'segment', 'unproven'],
] as readonly (keyof Decision & keyof RecordedSaying)[];

const isSame = (a: unknown, b: unknown): boolean => canonicalize(a) === canonicalize(b);

/** The fields in which a decision differs from a recorded one: none when it is the same in verdict and in reasons. */
export function differencesOf(decision: Decision, recorded: RecordedSaying): string[] {
  const differing: string[] = FIELDS.filter((field) => !isSame(decision[field], recorded[field]));
  if ((decision.gate?.name ?? null) !== recorded.gate) differing.push('gate');
  // Through JSON, as it was recorded: a number keeps no trailing zero and an absent member stays absent.
  const trail = JSON.parse(JSON.stringify(decision.trail)) as unknown;
  if (!isSame(trail, JSON.parse(recorded.explanation))) differing.push('explanation');
  return differing;
}
