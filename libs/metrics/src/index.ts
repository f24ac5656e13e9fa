export { advisory } from './advisory.js';
export type { Advisory } from './advisory.js';
export { exceptions, reviewerBurden } from './burden.js';
export type { Burden } from './burden.js';
export {
  brokenGlass,
  expired,
  falseNegativeRate,
  falsePositiveRate,
  gateRate,
  harmfulExecuted,
  isOverride,
  overrideRate,
  redeemedWithoutOutcome,
  slaMissRate,
  timeToApprove,
  unlabelled,
  wouldGateRate,
} from './decisions.js';
export type { TimeToApprove } from './decisions.js';
export { stoodMs } from './freezes.js';
export type { Freeze, FreezeScope } from './freezes.js';
export { APPROVAL_STATUSES, rate } from './facts.js';
export type { AcceptedVote, DecidedAction, Rate } from './facts.js';
export { moneyDenied, moneyGated } from './money.js';
export type { Sum } from './money.js';
export { quantileInclusive } from './quantile.js';
