import type { CompiledPolicy } from '../compiled.js';
import type { Decision } from '../decision.js';
import type { CompiledGate } from '../gates.js';
import { formOf } from '../form.js';
import type { Binding } from './bind.js';
import { drawOf } from './draw.js';

export type Sample = Pick<Decision, 'audit_gate' | 'sample_probability'>;

/** No audit, and no draw. */
export const NOT_DRAWN: Sample = { audit_gate: null, sample_probability: null };
/** Keeps this draw apart from that of a partial rollout. */
const SALT = 'audit|';

/** What is drawn from: how the decision binds, and the gate that the policy asked for, also where a bypass lifted it. */
export interface Drawable extends Pick<Binding, 'effective_decision' | 'mode' | 'advisory_gate'> {
  readonly asked: CompiledGate | null;
}

/** Probability with which the action may be drawn; 0 where a sample has no meaning. */
function probabilityOf(policy: CompiledPolicy, drawable: Drawable): number {
  const { effective_decision, mode, advisory_gate, asked } = drawable;
  // A policy in shadow makes nobody work, and where a person is asked for advice anyway an audit would ask twice.
  if (policy.audit === null || mode === 'shadow' || mode === 'off' || advisory_gate !== null) return 0;
  if (effective_decision === 'deny') return 0;
  return asked?.sample ?? (effective_decision === 'allow' ? policy.audit.allowed : policy.audit.approved);
}

/**
 * Whether the action is drawn for a random audit. The probability is recorded for every action that could have been
 * drawn, in or out; the gate only where it is in. The same action is always drawn alike.
 * @param tenant null when not known; then nothing is drawn
 */
export function sampleOf(
  policy: CompiledPolicy,
  drawable: Drawable,
  { tenant, actionId }: { tenant: string | null; actionId: string | undefined },
  impact: string | null,
): Sample {
  const probability = probabilityOf(policy, drawable);
  if (policy.audit === null || probability === 0 || tenant === null || actionId === undefined) return NOT_DRAWN;
  const drawn = drawOf(tenant, SALT + policy.name, actionId) < probability;
  return { audit_gate: drawn ? formOf(policy.audit.gate, impact) : null, sample_probability: probability };
}
