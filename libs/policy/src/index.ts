export { boundedTrail } from './bounded-trail.js';
export { actionOf } from './action.js';
export type { PolicyAction } from './action.js';
export type {
  CompiledActivation,
  CompiledAudit,
  CompiledDriftGuard,
  CompiledPolicy,
  CompiledRollout,
  CompiledSegment,
  CompiledVelocity,
  PolicyVerdict,
} from './compiled.js';
export { decide, decideChanged } from './decide.js';
export type { PolicyVersion } from './decide.js';
export type { Decision } from './decision.js';
export { parseDuration } from './duration.js';
export { explain } from './explain.js';
export type { Explanation, FactExplanation } from './explain.js';
export { loadPolicy } from './load-policy.js';
export type { LoadedPolicy } from './load-policy.js';
export { BUILT_IN_POLICY, compareDecisions, evaluate, policySetOf, speakersFor } from './policy-set.js';
export type { PolicySet } from './policy-set.js';
export type { PolicyProblem } from './problems.js';
export type { TrailEntry } from './trail.js';
export { readCases } from './cases/read-cases.js';
export type { Case, CaseTable, ReadCases } from './cases/read-cases.js';
export { runCases } from './cases/run-cases.js';
export type { CaseDifference, CaseReport, CaseResult } from './cases/run-cases.js';
export { Backtest, backtest, DEFAULT_MIN_HISTORY } from './backtest/backtest.js';
export type { BacktestQuestion, BacktestReport, BacktestResult, ChangedAction } from './backtest/backtest.js';
export { chartOf } from './backtest/chart.js';
export type { GateEffort, GateLoad } from './backtest/effort.js';
export type { Exposure } from './backtest/exposure.js';
export type { Contender, HistoryRow, RecordedDecision } from './backtest/history-row.js';
export type { Standing, Way } from './backtest/standing.js';
export type { TruthTable } from './backtest/truth.js';
export { editedWindows } from './velocity/edited.js';
export { entriesOf } from './velocity/entries.js';
export type { Actor, Entry, PlacedEntry } from './velocity/entries.js';
export { pastWindows, recount } from './velocity/replay.js';
export type { PastAction } from './velocity/replay.js';
export { recordedWindows } from './velocity/trail.js';
export { REMEMBER_MS, WindowFold } from './velocity/window-fold.js';
export type { Remembered, WindowFoldOptions } from './velocity/window-fold.js';
export { longestWindowMs, velocityOf, windowsOf } from './velocity/windows.js';
export type { Window } from './velocity/windows.js';
export type { Counted, CountedWindows } from './velocity/counted.js';
export { withVelocity } from './velocity/with-velocity.js';
export { libraryOf } from './action-types.js';
export type { ActionTypeFile, ActionTypeLibrary } from './action-types.js';
export { UNKNOWN } from './reference/answer.js';
export { referenceDifferences } from './reference/compare.js';
export { decidePlainly } from './reference/decide.js';
export type { Ask, PlainDecision } from './reference/decide.js';
export { countsOf, Denials, DENIALS_REMEMBERED_MS } from './denials/denials.js';
export type { Denial, DenialCounts, DeniedBefore } from './denials/denials.js';
export { recordedDenials } from './denials/trail.js';
export { sentenceOf } from './changes/change.js';
export type { PolicyChange } from './changes/change.js';
export { describeChanges, MODE_RANKS } from './changes/describe-changes.js';
export type { Circumstances } from './rollout/circumstances.js';
export type { Draws } from './rollout/draw.js';
export { Evidence, guardsDrift } from './rollout/evidence.js';
export type { EvidenceFact, Tuple } from './rollout/evidence.js';
export { LabelJoin } from './rollout/label-join.js';
export { shadowReport } from './rollout/shadow-report.js';
export type { ShadowDifference, ShadowReport, WatchedDecision } from './rollout/shadow-report.js';
export { recordedEvidence } from './rollout/wanted.js';
export { checkCells, checkPolicy } from './check/check-policy.js';
export type { CheckOptions } from './check/check-policy.js';
export type { CheckedCell } from './check/checked-cell.js';
export type { CheckedRoster, Finding, FindingCode, PlacedFinding, Severity } from './check/finding.js';
export { placeFindings } from './check/place.js';
export { isReachable, unreachableQuorums } from './check/quorum.js';
export { differencesOf } from './differences.js';
export type { RecordedSaying } from './differences.js';
export { activationOf, PolicyHistory } from './history/policy-history.js';
export type { ListedVersion } from './history/policy-history.js';
export type { PolicyLine, Standing as VersionStanding, VersionRecord, VersionState } from './history/policy-line.js';
export { withMode } from './history/with-mode.js';
export type { ModeOverride } from './history/with-mode.js';
export type { AfterDeclaration } from './terms/after-document.js';
export { derivedAfter, deriveMembers, saysTheSame } from './terms/derive.js';
export type { Derived } from './terms/derive.js';
export { statedIn } from './terms/stated-in.js';
export { termsOf } from './terms/type-terms.js';
export { statedAmount } from './terms/amount.js';
export type { TypeTerms } from './terms/type-terms.js';
export { unstatedIn } from './terms/unstated.js';
