import type { JsonValue } from '@countersign/canonical';
import type { ActionProposed } from '@countersign/events';

/** The action document of the API contract, as far as intake looks into it. */
export interface ActionDocument {
  readonly action_id: string;
  readonly status: 'deciding' | 'pending' | 'approved' | 'denied' | 'expired' | 'cancelled';
  readonly [member: string]: unknown;
}

/** The members of a proposal that its document shows. */
export type DecidingAction = Pick<
  ActionProposed,
  'action_id' | 'run_id' | 'agent_id' | 'action_type' | 'environment' | 'digest' | 'submitted_at' | 'parameters'
>;

/** The document of an action that is in the log and not decided yet. */
export function decidingDocument(action: DecidingAction): ActionDocument {
  const { action_id, run_id, agent_id, action_type, environment, digest } = action;
  return {
    ...{ action_id, run_id, agent_id, action_type, environment },
    ...{ status: 'deciding', digest, submitted_at: new Date(action.submitted_at).toISOString() },
    decision: null,
    request: null,
    effective: { parameters: JSON.parse(action.parameters) as JsonValue, digest, changed: false, diff: [] },
    resolution: null,
    grant: null,
    outcome: null,
  };
}

export const isDecided = ({ status }: ActionDocument): boolean => status !== 'deciding' && status !== 'pending';
