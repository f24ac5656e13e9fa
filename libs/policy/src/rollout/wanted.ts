import type { PolicyAction } from '../action.js';
import type { CompiledPolicy, PolicyVerdict } from '../compiled.js';
import type { CompiledGate } from '../gates.js';
import type { TrailEntry } from '../trail.js';
import type { Choice } from '../weigh.js';
import { bothGates } from '../both-gates.js';
import { severityOf, TWO_AUDIENCES } from '../weigh.js';
import type { Circumstances } from './circumstances.js';

/** What a policy says once diff and evidence are looked at. */
export interface Verdict {
  readonly verdict: PolicyVerdict;
  readonly gate: CompiledGate | null;
  readonly rule: string | null;
  /** The tuple without evidence, or null. */
  readonly unproven: string | null;
}

interface Asked {
  readonly policy: CompiledPolicy;
  readonly action: PolicyAction;
  readonly trail: TrailEntry[];
}

const REMEDY = 'Reviewers of this gate decide on a diff: propose the action again with `before` and `after`.';

/** Intake computes the diff from both states, so without one of them there is none. */
const hasDiff = ({ before, after }: PolicyAction): boolean => before !== null && after !== null;

/** A dry-run gate that demands a diff denies an action that has none. */
function demandDiff(said: Verdict, { action, trail }: Asked): Verdict {
  const { verdict, gate } = said;
  if (verdict !== 'require_approval' || gate?.diffRequired !== true || hasDiff(action)) return said;
  const condition = `the gate ${gate.name} needs a diff`;
  trail.push({ rule: 'diff_required', condition, result: true, values: {}, gate: gate.name, explanation: REMEDY });
  return { ...said, verdict: 'deny', gate: null, rule: 'diff_required' };
}

/** The tuple and what is known of it when that is not evidence enough, else null. */
function unprovenOf(needed: number, action: PolicyAction, evidence: () => number | null): string | null {
  const known = evidence();
  if (known !== null && known >= needed) return null;
  const { agent_id, agent_version, model_id, action_type } = action;
  const agent = `${agent_id ?? 'unknown agent'} ${agent_version}`;
  return `${agent} / ${model_id} / ${action_type}: ${known ?? 'unknown'} of ${needed}`;
}

/** Autonomy is earned: without evidence the guard's gate is the least. It makes nothing looser. */
function guardDrift(said: Verdict, { policy, action, trail }: Asked, circumstances: Circumstances | null): Verdict {
  const guard = policy.driftGuard;
  const evidence = circumstances?.evidence ?? null;
  if (guard === null || evidence === null || said.verdict === 'deny') return said;
  const unproven = unprovenOf(guard.evidence, action, evidence);
  if (unproven === null) return said;
  const gate = said.gate === null ? guard.gate : bothGates(said.gate, guard.gate);
  if (gate === null) return { verdict: 'deny', gate, rule: TWO_AUDIENCES.name, unproven };
  if (gate.name === said.gate?.name) return { ...said, gate, unproven };
  const condition = `evidence of ${unproven}`;
  trail.push({ rule: 'drift_guard', condition, result: true, values: {}, gate: guard.gate.name });
  const isMore = severityOf(said.verdict, said.gate) >= guard.gate.severity;
  return { verdict: 'require_approval', gate, rule: isMore ? said.rule : 'drift_guard', unproven };
}

/** What the policy says of the action: its rules and matrix, made stricter where a diff or evidence is missing. */
export function wantedOf({ verdict, gate, rule }: Choice, asked: Asked, circumstances: Circumstances | null): Verdict {
  const said = demandDiff({ verdict, gate, rule: rule?.name ?? null, unproven: null }, asked);
  if (asked.policy.driftGuard === null) return said;
  return demandDiff(guardDrift(said, asked, circumstances), asked);
}

const RECORDED = /: (\d+|unknown) of \d+$/;

/**
 * The evidence that a recorded decision rested on, to evaluate it again: the count that it names, or enough of it.
 * @param unproven `unproven` of that decision
 */
export function recordedEvidence(unproven: string | null): () => number | null {
  if (unproven === null) return () => Infinity;
  const count = Number(RECORDED.exec(unproven)?.[1]);
  return () => (Number.isNaN(count) ? null : count);
}
