import { CountersignError } from '@countersign/canonical';

/** Why a change of policy is refused. The codes are stable. */
export type ReasonCode =
  | 'active_version_changed'
  | 'already_made'
  | 'already_so'
  | 'backtest_missing'
  | 'cases_failed'
  | 'cases_missing'
  | 'insufficient_history'
  | 'invalid_policy'
  | 'not_approved_by_people'
  | 'policy_change_unreachable'
  | 'policy_change_ungated'
  | 'shadow_report_missing'
  | 'static_checks_failed';

export interface Reason {
  readonly code: ReasonCode;
  readonly detail: string;
}

/** The refusal with all its reasons; `reason` is the first. */
export function refusedFor(reasons: readonly Reason[]): CountersignError {
  const [first] = reasons;
  const detail = reasons.map((one) => one.detail).join('; ');
  return new CountersignError('change_refused', detail, { reason: first?.code, reasons: [...reasons] });
}
