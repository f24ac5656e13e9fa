import type { Money } from '@countersign/canonical';
import type { PolicyAction } from '../action.js';
import type { PolicyVerdict } from '../compiled.js';
import type { Decision } from '../decision.js';

/** What was decided of an action when it was proposed. */
export interface RecordedDecision {
  readonly policy_name: string;
  readonly policy_version: number;
  readonly policy_decision: PolicyVerdict;
  readonly effective_decision: PolicyVerdict;
  /** Mode in which the version met the action. */
  readonly mode: string;
  /** Name of the gate that bound, else null. */
  readonly gate: string | null;
  /** The tuple that had too little evidence then, so that a drift guard spoke; else null. */
  readonly unproven: string | null;
  /** The key that shares and samples were drawn with then; null where nothing was drawn. */
  readonly draw_key_id: string | null;
}

/** A recorded action: what was proposed, what was decided, and how it went on. */
export interface HistoryRow {
  readonly action_id: string;
  /** RFC 3339. */
  readonly decided_at: string;
  readonly action: PolicyAction;
  readonly decision: RecordedDecision;
  /** `not_required`, `pending`, `approved`, `denied`, `expired` or `cancelled`. */
  readonly approval_status: string;
  /** `policy`, `people`, `clock`, `agent`, `admin`; null while pending. */
  readonly resolved_by: string | null;
  /** People approved other parameters than proposed. */
  readonly changed: boolean;
  readonly outcome_status: string | null;
  readonly post_checks_failed: number | null;
  readonly label: 'harmful' | 'harmless' | null;
  readonly amount: Money | null;
  /** Time that people spent on it, whole milliseconds; null when nobody voted on a packet that was shown. */
  readonly handling_ms: number | null;
  /** Opened → resolved, less frozen time, whole milliseconds; null where nothing was opened or it still waits. */
  readonly waited_ms: number | null;
  /** Resolved after `respond_by`; null where nothing was opened or it still waits. */
  readonly sla_missed: boolean | null;
}

/** A version that takes part in a comparison. */
export interface Contender {
  readonly name: string;
  /** `sha256:` + hex over the policy file. */
  readonly content_hash: string;
  /** Decides an action as the whole set of policies would with this version in it. Never throws. */
  readonly decide: (row: HistoryRow) => Decision;
}
