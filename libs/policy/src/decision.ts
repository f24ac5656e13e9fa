import type { Gate, Mode, ShadowVerdict } from '@countersign/events';
import type { PolicyVerdict } from './compiled.js';
import type { TrailEntry } from './trail.js';

/** What policy says of one action. */
export interface Decision {
  /** What the rules say. */
  readonly policy_decision: PolicyVerdict;
  /** What binds. */
  readonly effective_decision: PolicyVerdict;
  readonly mode: Mode;
  /** Environment whose bypass lifted the decision, else null. */
  readonly bypass: string | null;
  readonly policy_name: string;
  readonly policy_version: number;
  /** The rule that decided, `diff_required` or `drift_guard`, or null when the matrix or the fallback spoke. */
  readonly rule: string | null;
  readonly impact: string | null;
  readonly reversibility: string | null;
  readonly regulatory_pressure: string | null;
  /** Pointers of facts that were missing, null or not comparable. */
  readonly unknown: readonly string[];
  /** The winning path: what was true or could not be told, with the values. */
  readonly trail: readonly TrailEntry[];
  /** The gate that binds; null unless `effective_decision` is require_approval. */
  readonly gate: Gate | null;
  /** The action runs, and a request that binds nothing asks a reviewer; else null. */
  readonly advisory_gate: Gate | null;
  /** What those say that do not bind: versions in shadow, and policies in mode `shadow` beside the one that decides. */
  readonly shadows: readonly ShadowVerdict[];
  /** What stated the mode, and why the action is in or out of a partial rollout; null where the policy's mode holds. */
  readonly segment: string | null;
  /** Drawn for a random audit with this gate; else null. */
  readonly audit_gate: Gate | null;
  /** Probability of that draw, above 0 to 1, whether in or out; null when the action could not be drawn. */
  readonly sample_probability: number | null;
  /** Names the key of the policy service that shares and samples were drawn with; null where nothing could be drawn. */
  readonly draw_key_id: string | null;
  /** Gate of the review, should somebody break the glass; null where nobody may. */
  readonly break_glass_gate: Gate | null;
  /** The audit is a blind review of what people approved: of a gate with `audit.review`, and drawn for it. */
  readonly blind_review: boolean;
  /** Agent, version, model and type without enough evidence, so that the drift guard's gate is the least; else null. */
  readonly unproven: string | null;
  /** Seconds that a grant on the policy's own authority lives. */
  readonly grant_ttl_s: number;
  /** How long the action must be remembered from its proposal, seconds: for the slowest gate of the policy. */
  readonly remember_s: number;
}
