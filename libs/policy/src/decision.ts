import type { Gate, Mode } from '@countersign/events';
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
  /** The rule that decided, or null when the matrix or the fallback spoke. */
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
  /** Seconds that a grant on the policy's own authority lives. */
  readonly grant_ttl_s: number;
}
