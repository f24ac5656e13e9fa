import type { CompiledPolicy } from '../compiled.js';
import { agentStatedAllows } from './agent-stated.js';
import type { CheckedCell } from './checked-cell.js';
import { cellFindings, checkedCells, looserThanYes, twoAudiences } from './cells.js';
import { failOpen } from './fail-open.js';
import type { CheckedRoster, Finding, Severity } from './finding.js';
import { caughtOnlyFrom, gapsOf } from './gaps.js';
import type { Effort, Inspection } from './inspection.js';
import { inspectionsOf } from './inspection.js';
import { looseLists } from './lists.js';
import { looserDefault } from './looser-default.js';
import { unreachableQuorums } from './quorum.js';
import { seededRandom } from './random.js';
import { deadRulesOf, overlapsOf } from './rule-order.js';
import { gateTimes } from './times.js';
import { unitFaults } from './units.js';
import { unprovenTypes } from './unproven.js';

export interface CheckOptions extends Partial<Effort> {
  /** Also say what only this rule and those after it catch. */
  readonly gapsBefore?: string;
  /** All policies that are loaded with this one, itself included; without them nothing is said of the default gate. */
  readonly beside?: readonly CompiledPolicy[];
}

const EFFORT = { points: 4_000, questions: 200_000, allQuestions: 10_000_000 };
const SEED = 1;
const SEVERITIES: readonly Severity[] = ['error', 'warning', 'info'];

const inspect = (policy: CompiledPolicy, options: CheckOptions): Inspection[] =>
  inspectionsOf(policy, { random: seededRandom(SEED), ...EFFORT, ...options });

/**
 * The static checks of a policy: what its author may not have meant, each with an example where there is one.
 * The same policy, roster and options always give the same findings. Errors come first.
 * @param roster who exists; without it nothing is said of quorums
 */
export function checkPolicy(policy: CompiledPolicy, roster?: CheckedRoster, options: CheckOptions = {}): Finding[] {
  const types = inspect(policy, options);
  const { gapsBefore, beside } = options;
  const findings = [
    ...types.flatMap(gapsOf),
    ...(gapsBefore === undefined ? [] : caughtOnlyFrom(types, gapsBefore)),
    ...deadRulesOf(types),
    ...overlapsOf(types),
    ...looserThanYes(types),
    ...twoAudiences(types),
    ...cellFindings(checkedCells(types)),
    ...unitFaults(types),
    ...agentStatedAllows(types),
    ...looseLists(types),
    ...failOpen(policy),
    ...unprovenTypes(types),
    ...gateTimes(policy, roster),
    ...(beside === undefined ? [] : looserDefault(policy, beside)),
    ...(roster === undefined ? [] : unreachableQuorums(policy, roster)),
  ];
  return findings.sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

/** The 18 cells of the matrix: what is said of each, and an action that stands there. Empty without a matrix. */
export const checkCells = (policy: CompiledPolicy, options: CheckOptions = {}): CheckedCell[] =>
  checkedCells(inspect(policy, options));
