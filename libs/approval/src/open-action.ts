import type { ActionDecided, Gate } from '@countersign/events';
import { about, publish } from './facts.js';
import type { Turn } from './facts.js';
import { issueGrant } from './grant.js';
import { link } from './links.js';
import { openAudit, openRequest, publishOpened } from './open-request.js';
import { approvalsBy } from './quorum.js';
import { sharing } from './sharing.js';
import { HORIZON_MS } from './state.js';
import type { ActionState } from './state.js';

/**
 * When the action came to be, UTC epoch milliseconds; its age and its end are counted from here. A proposal that is put
 * again is appended later and submitted at the same time, so every copy of it, and of its decision, names this moment.
 */
export const proposedAt = ({ submitted_at, proposed_at }: ActionDecided): number => Math.min(submitted_at, proposed_at);

/** Opens what the first decision of an action opens: a request, a grant, or nothing. */
export function openAction(turn: Turn, decided: ActionDecided, names: ActionState['names']): void {
  const { state, now } = turn;
  // The decision says how long its gates may take, so every instance agrees on it.
  const forget_at = proposedAt(decided) + Math.max(HORIZON_MS, decided.remember_s * 1000);
  const action: ActionState = {
    decided: sharing(state.shared, decided),
    names,
    decided_at: now,
    forget_at,
    request: null,
    audit: null,
    hold: null,
    grant: null,
    resolution: null,
    outcome: null,
    versions: [],
    remembered: null,
    refused: null,
    accepted: null,
  };
  state.actions.set(decided.action_id, action);
  link(state, action);
  state.deadlines.push({ at: forget_at, what: 'forget', action });
  openFirst(turn, action);
  publish(turn, 'DecisionRecorded', action, () => recorded(action));
  takeEffect(turn, action);
}

function openFirst(turn: Turn, action: ActionState): void {
  const { decided } = action;
  const { request_id, packet_digest } = decided;
  const kind = requestKind(decided);
  const gate = openingGate(decided);
  if (kind === null || gate === null || packet_digest === null) return;
  action.request = openRequest(turn, action, { kind, request_id, gate, digest: decided.digest, packet_digest });
}

function takeEffect(turn: Turn, action: ActionState): void {
  const { decided, request } = action;
  if (request !== null) publishOpened(turn, action, request);
  const by = { resolved_by: 'policy', by: null, resolved_at: turn.now } as const;
  if (decided.effective_decision === 'deny') action.resolution = { status: 'denied', ...by };
  if (decided.effective_decision !== 'allow') return;
  action.resolution = { status: 'approved', ...by };
  issueGrant(turn, action, { authority: 'policy', digest: decided.digest, ttl_s: decided.grant_ttl_s });
  openAudit(turn, action);
}

/** The kind of request that a decision opens; null when it opens none. */
export function requestKind(decided: ActionDecided): 'approval' | 'advisory' | null {
  const { packet_digest, effective_decision } = decided;
  if (packet_digest === null || openingGate(decided) === null) return null;
  return effective_decision === 'require_approval' ? 'approval' : 'advisory';
}

/** The gate of the request that the decision itself opens. An audit opens later, with a gate of its own. */
function openingGate({ gate, advisory_gate, effective_decision }: ActionDecided): Gate | null {
  if (effective_decision === 'require_approval') return gate;
  return effective_decision === 'allow' ? advisory_gate : null;
}

const recorded = (action: ActionState) => about(action, Object.assign(decisionOf(action), waitingOf(action)));

const decisionOf = ({ decided }: ActionState) => ({
  digest: decided.digest,
  body_hash: decided.body_hash,
  decision_id: decided.decision_id,
  policy_decision: decided.policy_decision,
  effective_decision: decided.effective_decision,
  mode: decided.mode,
  bypass: decided.bypass,
  policy_name: decided.policy_name,
  policy_version: decided.policy_version,
  rule: decided.rule,
  impact: decided.impact,
  reversibility: decided.reversibility,
  regulatory_pressure: decided.regulatory_pressure,
  unknown: decided.unknown,
  explanation: decided.explanation,
});

const waitingOf = ({ decided, request }: ActionState) => ({
  gate: decided.gate?.name ?? null,
  gate_pattern: decided.gate?.pattern ?? null,
  approvals_required: decided.gate === null ? 0 : approvalsBy(decided.gate, []).required,
  request_id: request === null ? null : decided.request_id,
  request_kind: request?.kind ?? null,
  respond_by: request?.respond_by ?? null,
  expires_at: request?.expires_at ?? null,
  sample_probability: decided.sample_probability,
  shadows: decided.shadows,
  segment: decided.segment,
  unproven: decided.unproven,
  draw_key_id: decided.draw_key_id,
  audit_request_id: decided.audit_request_id,
});
