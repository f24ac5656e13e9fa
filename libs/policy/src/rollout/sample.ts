import type { CompiledPolicy } from '../compiled.js';
import type { Decision } from '../decision.js';
import type { CompiledGate } from '../gates.js';
import { partsOf } from '../both-gates.js';
import { formOf } from '../form.js';
import type { Binding } from './bind.js';
import type { Drawing } from './circumstances.js';
import { auditPlace } from './draw.js';

export type Sample = Pick<Decision, 'audit_gate' | 'sample_probability' | 'blind_review'>;

/** No audit, and no draw. */
export const NOT_DRAWN: Sample = { audit_gate: null, sample_probability: null, blind_review: false };

/** What is drawn from: how the decision binds, and the gate that the policy asked for, also where a bypass lifted it. */
export interface Drawable extends Pick<Binding, 'effective_decision' | 'mode' | 'advisory_gate' | 'gate'> {
  readonly asked: CompiledGate | null;
}

/** The gates whose names the asked one has: one that another implies is not among them. */
const askersIn = (asked: CompiledGate): readonly CompiledGate[] =>
  partsOf(asked).filter(({ name }) => asked.name.split('+').includes(name));

/** Probability of an audit, which needs a gate of the policy for it; 0 where it has no meaning. */
function auditRate(policy: CompiledPolicy, { effective_decision, asked }: Drawable): number {
  if (policy.audit === null || effective_decision === 'deny') return 0;
  const general = effective_decision === 'allow' ? policy.audit.allowed : policy.audit.approved;
  return asked === null ? general : Math.max(...askersIn(asked).map(({ sample }) => sample ?? general));
}

// A policy in shadow makes nobody work, and where a person is asked for advice anyway an audit would ask twice.
const isDrawable = ({ mode, advisory_gate }: Drawable): boolean =>
  mode !== 'shadow' && mode !== 'off' && advisory_gate === null;

/**
 * Whether the action is drawn for a random audit, and whether that audit is a blind review of an approval. Both are one
 * draw, so an action has at most one audit, and the larger of the two rates is the probability of it. The probability
 * is recorded for every action that could have been drawn, in or out; the gate only where it is in. The same action is
 * always drawn alike. A review without a gate of the policy's own for audits is for those who may vote.
 */
export function sampleOf(
  policy: CompiledPolicy,
  drawable: Drawable,
  { drawing, actionId }: { drawing: Drawing; actionId: string | undefined },
  impact: string | null,
): Sample {
  if (!isDrawable(drawable) || drawing === null || actionId === undefined) return NOT_DRAWN;
  const review = drawable.gate?.review_rate ?? 0;
  const sample_probability = Math.max(auditRate(policy, drawable), review);
  if (sample_probability === 0) return NOT_DRAWN;
  const place = auditPlace({ ...drawing, policy: policy.name }, actionId);
  if (place >= sample_probability) return { audit_gate: null, sample_probability, blind_review: false };
  const audit_gate = policy.audit === null ? drawable.gate : formOf(policy.audit.gate, impact);
  return { audit_gate, sample_probability, blind_review: place < review };
}
