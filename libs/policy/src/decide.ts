import type { PolicyAction } from './action.js';
import { classify, possibleCells } from './classify.js';
import type { CompiledType } from './compiled.js';
import { denialTrail } from './denials/trail.js';
import type { Decision } from './decision.js';
import { readFacts } from './facts.js';
import type { PolicyVersion } from './policy-version.js';
import type { Circumstances } from './rollout/circumstances.js';
import type { Judged } from './rollout/settle.js';
import { settle, settleEnforced } from './rollout/settle.js';
import type { Evaluation, TrailEntry } from './trail.js';
import type { Choice } from './weigh.js';
import { windowTrail } from './velocity/trail.js';
import { withVelocity } from './velocity/with-velocity.js';
import { alsoAsks, gateChoice, matchRules, ruleEntry, TWO_AUDIENCES, weigh } from './weigh.js';

export type { PolicyVersion } from './policy-version.js';

/** The entry that says why something other than a rule decided. */
function choiceEntry({ rule, cell, gate: chosen }: Choice, errored: boolean): TrailEntry {
  // Beside a rule the cell speaks for its own gate only.
  const gate = rule === null ? chosen : (cell?.gate ?? null);
  const named = gate === null ? {} : { gate: gate.name };
  if (cell !== null)
    return { rule: 'matrix', condition: cell.label, result: true, values: { approval: cell.approval }, ...named };
  const condition = errored ? 'a condition failed' : 'no rule decided';
  return { rule: 'fallback', condition, result: true, values: {}, ...named };
}

function judgeType(speaker: PolicyVersion, type: CompiledType, action: PolicyAction): Judged {
  const { fallback } = speaker.policy;
  const evaluation: Evaluation = {
    values: readFacts(type.facts, action, type.usesPresence),
    trail: [],
    errored: false,
  };
  const classes = classify(type, evaluation);
  const rules = matchRules(type.rules, evaluation);
  const cells = type.cells !== null && classes !== null ? possibleCells(type.cells, classes) : null;
  let choice = weigh(rules, cells, fallback);
  if (evaluation.errored) choice = alsoAsks(choice, fallback, null);
  if (choice.rule === TWO_AUDIENCES) evaluation.trail.push(ruleEntry(TWO_AUDIENCES, true, evaluation));
  if (choice.rule === null || choice.cell !== null) evaluation.trail.push(choiceEntry(choice, evaluation.errored));
  if (action.counted) evaluation.trail.push(...windowTrail(action.counted));
  return { speaker, action, type, choice, classes, evaluation };
}

/** The policy's fallback gate, said without looking at the action. */
function fallBack(speaker: PolicyVersion, action: PolicyAction, reason: { condition: string; error?: string }): Judged {
  const { fallback } = speaker.policy;
  const trail = [{ rule: 'fallback', result: true, values: {}, gate: fallback.name, ...reason }];
  const evaluation: Evaluation = { values: { context: {}, missing: [] }, trail, errored: reason.error !== undefined };
  return { speaker, action, type: null, choice: gateChoice(fallback, null), classes: null, evaluation };
}

/** What a policy's rules and matrix say of an action. Never throws; whatever goes wrong, people decide. */
export function judgeAction(speaker: PolicyVersion, action: PolicyAction): Judged {
  const judged = judgeKnown(speaker, action);
  if (action.denials) judged.evaluation.trail.push(...denialTrail(action.denials));
  return judged;
}

function judgeKnown(speaker: PolicyVersion, action: PolicyAction): Judged {
  const type = speaker.policy.types.get(action.action_type);
  if (type === undefined) return fallBack(speaker, action, { condition: 'no policy speaks for this action type' });
  try {
    return judgeType(speaker, type, withVelocity(speaker.policy, action));
  } catch (error) {
    const message = error instanceof Error ? error.message.slice(0, 200) : 'unknown fault';
    return fallBack(speaker, action, { condition: 'the evaluation failed', error: message });
  }
}

/**
 * One policy's decision of an action. Never throws; whatever goes wrong, people decide.
 * @param circumstances null: the rules are asked alone; a share that cannot be drawn is enforced, nothing is sampled
 */
export const decide = (
  speaker: PolicyVersion,
  action: PolicyAction,
  circumstances: Circumstances | null = null,
): Decision => settle(judgeAction(speaker, action), circumstances);

/**
 * Decides an action that reviewers changed. What people are asked about stays with people: no mode, share, bypass or
 * sample is looked at, so none of them can loosen the changed version.
 */
export const decideChanged = (speaker: PolicyVersion, action: PolicyAction, circumstances: Circumstances): Decision =>
  settleEnforced(judgeAction(speaker, action), circumstances);
