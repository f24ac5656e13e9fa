import { TOO_OLD_MS } from '@countersign/events';
import type { ActionDecided, ActionProposed } from '@countersign/events';
import type { Rejection, Turn } from './facts.js';
import { proposalOf } from './proposal.js';
import { openAction, proposedAt, requestKind } from './open-action.js';
import type { ActionState } from './state.js';

/** The first decision of an action stands; copies are ignored, contradictions are ignored and counted. */
export function foldDecided(turn: Turn, decided: ActionDecided): Rejection | null {
  const { state, now } = turn;
  const proposal = proposalIn(decided);
  const rejected = notAcceptable(decided, proposal, now);
  if (rejected?.reason === 'too_old') state.counters.too_old += 1;
  if (rejected !== null) return rejected;
  const known = state.actions.get(decided.action_id);
  if (known !== undefined) countCopy(turn, known.decided, decided);
  else openAction(turn, decided, namesIn(proposal));
  return null;
}

function notAcceptable(decided: ActionDecided, proposal: ActionProposed | null, now: number): Rejection | null {
  const age = now - proposedAt(decided);
  // Judged before anything else, so that an instance which has forgotten the action says the same as one which has not.
  if (age > TOO_OLD_MS) return { reason: 'too_old', detail: `decided ${age} ms after the proposal` };
  if (proposal === null) return { reason: 'invalid_decision', detail: 'its bytes are not its proposal' };
  const binds = decided.effective_decision;
  if (binds === 'unknown') return { reason: 'invalid_decision', detail: 'no effective decision' };
  if (binds === 'require_approval' && requestKind(decided) === null) {
    return { reason: 'invalid_decision', detail: 'require_approval without a gate or a packet' };
  }
  return null;
}

/** Looked at once: whoever reads the proposal later need not be told what to do when there is none. */
function proposalIn(decided: ActionDecided): ActionProposed | null {
  try {
    const proposal = proposalOf({ decided });
    return proposal.tenant === decided.tenant && proposal.action_id === decided.action_id ? proposal : null;
  } catch {
    return null;
  }
}

function namesIn(proposal: ActionProposed | null): ActionState['names'] {
  const { supersedes = null, reverses = null } = proposal ?? {};
  return supersedes === null && reverses === null ? null : { supersedes, reverses };
}

const sameDecision = (a: ActionDecided, b: ActionDecided): boolean =>
  a.policy_decision === b.policy_decision &&
  a.effective_decision === b.effective_decision &&
  a.mode === b.mode &&
  a.bypass === b.bypass &&
  a.policy_name === b.policy_name &&
  a.policy_version === b.policy_version &&
  a.rule === b.rule &&
  a.gate?.name === b.gate?.name &&
  a.digest === b.digest;

function countCopy({ state }: Turn, first: ActionDecided, copy: ActionDecided): void {
  if (first.body_hash !== copy.body_hash) state.counters.duplicate_bodies += 1;
  else if (!sameDecision(first, copy)) state.counters.conflicting_decisions += 1;
}
