/** How an action stands, as column `approval_status` says it. */
export const APPROVAL_STATUSES = ['not_required', 'pending', 'approved', 'denied', 'expired', 'cancelled'] as const;

/** What the metrics need to know of one decided action: the same names as the columns of `audit`. Times are UTC epoch milliseconds. */
export interface DecidedAction {
  readonly action_id: string;
  readonly environment: string;
  readonly action_type: string;
  readonly gate: string | null;
  /** The request that the decision opened; null when it opened none. */
  readonly request_kind: 'approval' | 'advisory' | null;
  /** What people answered to an advisory request; null when nobody did. */
  readonly advice: 'approved' | 'denied' | null;
  readonly mode: string;
  readonly policy_decision: 'allow' | 'require_approval' | 'deny';
  readonly effective_decision: 'allow' | 'require_approval' | 'deny';
  readonly approval_status: (typeof APPROVAL_STATUSES)[number];
  readonly resolved_by: 'policy' | 'people' | 'clock' | 'agent' | 'admin' | null;
  /** true when the released parameters differ from the proposed ones. */
  readonly changed: boolean;
  readonly opened_at: number | null;
  readonly respond_by: number | null;
  readonly resolved_at: number | null;
  /** Frozen time within the request's life, milliseconds. */
  readonly paused_ms: number;
  readonly redeemed_at: number | null;
  readonly outcome_status: string | null;
  readonly label: 'harmful' | 'harmless' | null;
  readonly amount_value: string | null;
  readonly amount_currency: string | null;
}

/** One accepted vote, of any kind of request. Times are UTC epoch milliseconds. */
export interface AcceptedVote {
  readonly action_id: string;
  readonly request_kind: string;
  /** false when a later change or evidence voided it, or when it binds nothing. */
  readonly counted: boolean;
  /** The duty that the gate let this voter combine with the vote (`permit`); null for most. */
  readonly exception: string | null;
  readonly reviewer_id: string;
  readonly voted_at: number;
  /** When this reviewer opened the packet; null when never. */
  readonly shown_at: number | null;
}

/** `k` of `n`; the value is null when there is nothing to divide by. */
export interface Rate {
  readonly value: number | null;
  readonly k: number;
  readonly n: number;
}

export const rate = (k: number, n: number): Rate => ({ value: n === 0 ? null : k / n, k, n });

/** Share of `all` that is in `some`. */
export const share = <T>(all: readonly T[], some: (item: T) => boolean): Rate =>
  rate(all.filter(some).length, all.length);
