import { canonicalize } from '@countersign/canonical';
import { isEvent } from '@countersign/events';
import type { Decoded } from '@countersign/events';

/** Where hints about the actions of one agent go: what the operator wrote beside its keys. */
export interface CallbackEndpoint {
  readonly kind: 'callback';
  readonly tenant: string;
  readonly endpoint_id: string;
  readonly url: string;
  /** The agent's signing secrets: several while one takes the other's place. */
  readonly secrets: readonly string[];
  readonly disabled?: undefined;
}

/** What a callback says: ids and a status alone. Whoever hears it has to read the action. */
export interface Hint {
  readonly action_id: string;
  readonly status: string;
}

/** A hint, and whom it is for. */
export interface AgentHint extends Hint {
  readonly tenant: string;
  readonly agent_id: string;
  readonly run_id: string;
}

/** No endpoint of `notifications.json` can be named so. */
export const callbackId = (agentId: string): string => `agent:${agentId}`;

/** The bytes that are signed and sent, the same at every attempt. */
export const hintText = ({ action_id, status }: Hint): string => canonicalize({ action_id, status });

/** About no action: by it an operator sees whether callbacks arrive. */
export const TEST_HINT: Hint = { action_id: 'act_test', status: 'deciding' };

/** What the agent of an action is told of a public event; null when waiting goes on, or had ended before. */
export function hintOf(decoded: Decoded): AgentHint | null {
  if (isEvent(decoded, 'DecisionRecorded')) return hint(decoded.event, byPolicy(decoded.event.effective_decision));
  if (isEvent(decoded, 'RequestResolved'))
    return decoded.event.request_kind === 'approval' ? hint(decoded.event, decoded.event.status) : null;
  // Approved it was before; now it has its grant, or never gets one.
  if (isEvent(decoded, 'HoldChanged')) return hint(decoded.event, decoded.event.status === 'held' ? null : 'approved');
  return null;
}

const hint = (
  { tenant, agent_id, run_id, action_id }: Omit<AgentHint, 'status'>,
  status: string | null,
): AgentHint | null => (status === null ? null : { tenant, agent_id, run_id, action_id, status });

function byPolicy(decision: string): string | null {
  if (decision === 'allow') return 'approved';
  return decision === 'deny' ? 'denied' : null;
}
