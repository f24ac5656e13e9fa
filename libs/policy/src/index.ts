export { actionOf } from './action.js';
export type { PolicyAction } from './action.js';
export type {
  CompiledAudit,
  CompiledDriftGuard,
  CompiledPolicy,
  CompiledRollout,
  CompiledSegment,
  CompiledVelocity,
  PolicyVerdict,
} from './compiled.js';
export { decide } from './decide.js';
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
export { compareStrictness, stricter } from './strictness.js';
export type { TrailEntry } from './trail.js';
export { readCases } from './cases/read-cases.js';
export type { Case, CaseTable, ReadCases } from './cases/read-cases.js';
export { runCases } from './cases/run-cases.js';
export type { CaseDifference, CaseReport, CaseResult } from './cases/run-cases.js';
