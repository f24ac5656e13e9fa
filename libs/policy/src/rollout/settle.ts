import type { Gate, ShadowVerdict } from '@countersign/events';
import type { PolicyAction } from '../action.js';
import type { Classes } from '../classify.js';
import { severest } from '../classify.js';
import type { CompiledType } from '../compiled.js';
import { LEVELS } from '../compiled.js';
import type { Decision } from '../decision.js';
import { formBy, formOf } from '../form.js';
import type { CompiledGate } from '../gates.js';
import type { PolicyVersion } from '../policy-version.js';
import { withReadingTime } from '../reading-time.js';
import { unstatedPreconditions } from '../terms/unstated.js';
import type { Evaluation } from '../trail.js';
import type { Choice } from '../weigh.js';
import { bind } from './bind.js';
import type { Binding, Wanted } from './bind.js';
import type { Circumstances } from './circumstances.js';
import { drawingOf } from './circumstances.js';
import type { Placement } from './placement.js';
import { placementOf } from './placement.js';
import type { Sample } from './sample.js';
import { NOT_DRAWN, sampleOf } from './sample.js';
import type { Verdict } from './wanted.js';
import { wantedOf } from './wanted.js';

/** What a policy's rules and matrix say of an action. */
export interface Judged {
  readonly speaker: PolicyVersion;
  readonly action: PolicyAction;
  /** null when the policy does not name the action's type. */
  readonly type: CompiledType | null;
  readonly choice: Choice;
  readonly classes: Classes | null;
  readonly evaluation: Evaluation;
}

type Levels = Pick<Decision, 'impact' | 'reversibility' | 'regulatory_pressure'>;

const levelsOf = (classes: Classes | null): Levels => ({
  impact: classes && (LEVELS.impact[severest(classes.impact)] ?? null),
  reversibility: classes && (LEVELS.reversibility[severest(classes.reversibility)] ?? null),
  regulatory_pressure: classes && (LEVELS.regulatory_pressure[severest(classes.regulatory_pressure)] ?? null),
});

const ENFORCED: Placement = { mode: 'enforce', binds: true, segment: null };
/** A type that no policy names says so first of all: it may be a misspelling, and no rule was made for it. */
const UNNAMED: readonly string[] = ['/action_type'];
const NAMED: readonly string[] = [];
const NO_SHADOWS: readonly ShadowVerdict[] = [];

/** What is asked for, with gates in the form for this impact. */
function askedOf({ speaker, action, evaluation }: Judged, { verdict, gate }: Verdict, impact: string | null): Wanted {
  const form = (gate: CompiledGate): Gate =>
    formBy(gate, (one) => withReadingTime(formOf(one, impact, action.at_ms), one, action));
  return {
    verdict,
    gate: verdict === 'require_approval' && gate !== null ? form(gate) : null,
    fallback: form(speaker.policy.fallback),
    errored: evaluation.errored,
  };
}

/** What the judged version asks for, before its mode is looked at. Notes in the trail what it adds to the rules. */
export function wantedBy(
  { speaker, action, choice, evaluation }: Judged,
  circumstances: Circumstances | null,
): Verdict {
  return wantedOf(choice, { policy: speaker.policy, action, trail: evaluation.trail }, circumstances);
}

interface Bound {
  readonly wanted: Verdict;
  readonly levels: Levels;
  readonly binding: Binding;
  /** Names the key that shares and samples were drawn with. */
  readonly drawKeyId: string | null;
}

const reviewOf = (review: CompiledGate | null, gate: Gate | null, impact: string | null): Gate | null =>
  review === null || gate === null || gate.break_glass_s === null ? null : formOf(review, impact);

/** Written out field by field: this runs for every decision, and copies of objects cost more than all the rest. */
const decisionOf = (
  { speaker, action, type, evaluation }: Judged,
  { wanted, levels, binding, drawKeyId }: Bound,
  { audit_gate, sample_probability, blind_review }: Sample,
): Decision => ({
  policy_decision: wanted.verdict,
  effective_decision: binding.effective_decision,
  mode: binding.mode,
  bypass: binding.bypass,
  gate: binding.gate,
  advisory_gate: binding.advisory_gate,
  segment: binding.segment,
  policy_name: speaker.policy.name,
  policy_version: speaker.version,
  rule: wanted.rule,
  impact: levels.impact,
  reversibility: levels.reversibility,
  regulatory_pressure: levels.regulatory_pressure,
  unknown: [
    ...(speaker.policy.types.has(action.action_type) ? NAMED : UNNAMED),
    ...evaluation.values.missing.map(({ pointer }) => pointer),
    ...unstatedPreconditions(type, action),
  ],
  trail: evaluation.trail,
  shadows: NO_SHADOWS,
  audit_gate,
  sample_probability,
  draw_key_id: drawKeyId,
  break_glass_gate: reviewOf(speaker.policy.breakGlassReview, binding.gate, levels.impact),
  blind_review,
  unproven: wanted.unproven,
  grant_ttl_s: speaker.policy.allowGrantTtlSeconds,
  remember_s: speaker.policy.remembersSeconds,
});

/** Makes a decision of what the rules say: diff and evidence, then the mode, then the draw for an audit. */
export function settle(judged: Judged, circumstances: Circumstances | null): Decision {
  const { speaker, action, type, classes, evaluation } = judged;
  const { policy } = speaker;
  const drawing = drawingOf(circumstances);
  const levels = levelsOf(classes);
  const wanted = wantedBy(judged, circumstances);
  // No mode lifts the default's word on a type that no policy names.
  const named = policy.types.has(action.action_type);
  const where = { policy, action, drawing, segments: type?.segments ?? [], values: evaluation.values };
  const bypass = policy.environments.get(action.environment)?.bypass === true ? action.environment : null;
  const binding = bind(askedOf(judged, wanted, levels.impact), named ? placementOf(where) : ENFORCED, bypass);
  const { effective_decision, mode, advisory_gate, gate } = binding;
  const drawable = { effective_decision, mode, advisory_gate, gate, asked: wanted.gate };
  const sample = sampleOf(policy, drawable, { drawing, actionId: action.action_id }, levels.impact);
  return decisionOf(judged, { wanted, levels, binding, drawKeyId: drawing?.draws.keyId ?? null }, sample);
}

/** The decision as though the policy were enforced everywhere, without a bypass and without a draw. */
export function settleEnforced(judged: Judged, circumstances: Circumstances): Decision {
  const levels = levelsOf(judged.classes);
  const wanted = wantedBy(judged, circumstances);
  const binding = bind(askedOf(judged, wanted, levels.impact), ENFORCED, null);
  return decisionOf(judged, { wanted, levels, binding, drawKeyId: null }, NOT_DRAWN);
}
