import { decisionOfKind, digestOfPacket } from '@countersign/approval';
import type { RequestKind } from '@countersign/approval';
import { derivedId } from '@countersign/canonical';
import type { ActionDecided, ActionProposed, DeniedBefore } from '@countersign/events';
import { boundedTrail } from '@countersign/policy';
import type { Decision } from '@countersign/policy';

/** A decision's fields as events carry them. */
export const decisionFields = ({ trail, ...decision }: Decision) => ({
  ...decision,
  explanation: JSON.stringify(boundedTrail(trail)),
});

/** What the log needs of the proposal beside the decision. */
const proposalFields = (action: ActionProposed) => ({
  tenant: action.tenant,
  action_id: action.action_id,
  run_id: action.run_id,
  agent_id: action.agent_id,
  action_type: action.action_type,
  environment: action.environment,
  agent_version: action.agent_version,
  model_id: action.model_id,
  on_behalf_of: action.on_behalf_of,
  operators: action.operators,
  digest: action.digest,
  body_hash: action.body_hash,
  submitted_at: action.submitted_at,
  respond_within_s: action.respond_within_s,
});

/**
 * The decision as it goes to the approval log. A function of its arguments alone, so that a repeated computation is equal.
 * @param framed the proposal's record value, byte for byte
 * @param proposedAtMs LogAppendTime of the proposal, UTC epoch milliseconds
 * @param decision with what people denied before
 */
export function decidedEvent(
  action: ActionProposed,
  framed: Buffer,
  proposedAtMs: number,
  { denied_before, ...decision }: Decision & { readonly denied_before: readonly DeniedBefore[] },
): ActionDecided {
  const { action_id } = action;
  const own = decisionFields(decision);
  const audit_request_id = own.audit_gate === null ? null : derivedId('req', action_id, 'audit');
  const fields = { ...own, denied_before, request_id: derivedId('req', action_id), audit_request_id };
  const digestFor = (kind: RequestKind): string | null => {
    const shown = decisionOfKind(fields, kind);
    return shown === null ? null : digestOfPacket(action, shown);
  };
  const kind = decision.effective_decision === 'require_approval' ? 'approval' : 'advisory';
  return {
    ...proposalFields(action),
    ...fields,
    proposed_at: proposedAtMs,
    action: framed,
    decision_id: derivedId('dec', action_id),
    grant_id: derivedId('grant', action_id),
    packet_digest: decision.effective_decision === 'deny' ? null : digestFor(kind),
    audit_packet_digest: digestFor('audit'),
  };
}
