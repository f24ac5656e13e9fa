import { CountersignError } from '@countersign/canonical';
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
  | 'action_id'
  | 'run_id'
  | 'agent_id'
  | 'action_type'
  | 'environment'
  | 'digest'
  | 'submitted_at'
  | 'parameters'
  | 'supersedes'
  | 'reverses'
>;

/** The document of an action that is in the log and not decided yet. */
export function decidingDocument(action: DecidingAction): ActionDocument {
  const { action_id, run_id, agent_id, action_type, environment, digest, supersedes, reverses } = action;
  return {
    ...{ action_id, run_id, agent_id, action_type, environment },
    ...{ status: 'deciding', digest, submitted_at: new Date(action.submitted_at).toISOString() },
    ...{ supersedes, reverses, superseded_by: null, reversed_by: null },
    decision: null,
    request: null,
    effective: { parameters: JSON.parse(action.parameters) as JsonValue, digest, changed: false, diff: [] },
    resolution: null,
    grant: null,
    outcome: null,
    ...{ held: false, release_at: null },
  };
}

export const isDecided = ({ status }: ActionDocument): boolean => status !== 'deciding' && status !== 'pending';

/** The rule by which policy denies an action that people can only decide on by its diff. */
const DIFF_REQUIRED = 'diff_required';

/**
 * Refuses an action that policy denied for want of a diff: the proposal is at fault, and its agent can mend it.
 * @throws CountersignError `diff_required`
 */
export function refuseWithoutDiff({ status, action_id, decision }: ActionDocument): void {
  const { rule, policy } = (decision ?? {}) as { readonly rule?: unknown; readonly policy?: unknown };
  if (status !== 'denied' || rule !== DIFF_REQUIRED) return;
  const remedy = 'state `before` and `after` and propose it again with a new key and `supersedes`';
  throw new CountersignError('diff_required', `policy decides on the diff of this action, and it has none: ${remedy}`, {
    ...{ pointer: '/after', action_id, policy, retry: 'new_proposal' },
  });
}
