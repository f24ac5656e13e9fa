import { share } from './facts.js';
import type { DecidedAction, Rate } from './facts.js';
import { quantileInclusive } from './quantile.js';

/** Actions whose binding decision is a gate, of all decided actions. */
export const gateRate = (actions: readonly DecidedAction[]): Rate =>
  share(actions, ({ effective_decision }) => effective_decision === 'require_approval');

/** Actions that the rules would gate, of all decided actions. */
export const wouldGateRate = (actions: readonly DecidedAction[]): Rate =>
  share(actions, ({ policy_decision }) => policy_decision === 'require_approval');

/** Whether the action waited for people. Advisory, audit and decoy requests bind nothing. */
const waited = ({ request_kind }: DecidedAction): boolean => request_kind === 'approval';

const isBindingByPeople = (action: DecidedAction): boolean => {
  const { mode, resolved_by } = action;
  return waited(action) && (mode === 'enforce' || mode === 'partial') && resolved_by === 'people';
};

/** People said otherwise than the agent proposed: denied, or approved with other parameters. */
export const isOverride = (action: DecidedAction): boolean =>
  isBindingByPeople(action) &&
  (action.approval_status === 'denied' || (action.approval_status === 'approved' && action.changed));

/** Overrides, of binding requests that people resolved. */
export const overrideRate = (actions: readonly DecidedAction[]): Rate =>
  share(actions.filter(isBindingByPeople), isOverride);

export interface TimeToApprove {
  /** Seconds; null without approvals. */
  readonly median_s: number | null;
  readonly p95_s: number | null;
  readonly n: number;
}

/** From opened to approved by people, less frozen time. */
export function timeToApprove(actions: readonly DecidedAction[]): TimeToApprove {
  const seconds = actions
    .filter(waited)
    .flatMap(({ approval_status, resolved_by, opened_at, resolved_at, paused_ms }) =>
      approval_status === 'approved' && resolved_by === 'people' && opened_at !== null && resolved_at !== null
        ? [(resolved_at - opened_at) / 1000 - paused_ms / 1000]
        : [],
    );
  return { median_s: quantileInclusive(seconds, 0.5), p95_s: quantileInclusive(seconds, 0.95), n: seconds.length };
}

/** Requests still pending at `respond_by`, of requests whose `respond_by` has passed. @param nowMs UTC epoch milliseconds */
export function slaMissRate(actions: readonly DecidedAction[], nowMs: number): Rate {
  const due = actions.filter(waited).filter(({ respond_by }) => respond_by !== null && respond_by <= nowMs);
  return share(due, ({ respond_by, resolved_at }) => (resolved_at ?? nowMs) > (respond_by ?? nowMs));
}

/** Requests that ended by themselves. */
export const expired = (actions: readonly DecidedAction[]): number =>
  actions.filter((action) => waited(action) && action.approval_status === 'expired').length;

/** Let go by one person in an emergency. Not people's answer, so in neither the override rate nor the time to approve. */
export const brokenGlass = (actions: readonly DecidedAction[]): number =>
  actions.filter((action) => waited(action) && action.resolved_by === 'admin').length;

/** Grants consumed of which no outcome was reported. */
export const redeemedWithoutOutcome = (actions: readonly DecidedAction[]): number =>
  actions.filter(({ redeemed_at, outcome_status }) => redeemed_at !== null && outcome_status === null).length;

/** False positives, of all harmless actions: the rules held back what did no harm. */
export function falsePositiveRate(actions: readonly DecidedAction[]): Rate {
  const harmless = actions.filter(({ label }) => label === 'harmless');
  return share(harmless, ({ policy_decision }) => policy_decision !== 'allow');
}

/** False negatives, of all harmful actions: the rules let through what did harm. */
export function falseNegativeRate(actions: readonly DecidedAction[]): Rate {
  const harmful = actions.filter(({ label }) => label === 'harmful');
  return share(harmful, ({ policy_decision }) => policy_decision === 'allow');
}

/** Actions of which nobody has said what they turned out to be; in no error rate. */
export const unlabelled = (actions: readonly DecidedAction[]): number =>
  actions.filter(({ label }) => label === null).length;

/** An outcome other than `failed`, or a consumed grant of which nothing was reported. */
const tookEffect = ({ outcome_status, redeemed_at }: DecidedAction): boolean =>
  outcome_status === null ? redeemed_at !== null : outcome_status !== 'failed';

/** Harm that took effect, by who let it through. */
export function harmfulExecuted(actions: readonly DecidedAction[]): {
  allowed_by_policy: number;
  approved_by_people: number;
  by_break_glass: number;
} {
  const harm = actions.filter((action) => action.label === 'harmful' && tookEffect(action));
  const count = (status: string, by: string): number =>
    harm.filter(({ approval_status, resolved_by }) => approval_status === status && resolved_by === by).length;
  const allowed_by_policy = count('not_required', 'policy');
  return {
    allowed_by_policy,
    approved_by_people: count('approved', 'people'),
    by_break_glass: count('approved', 'admin'),
  };
}
