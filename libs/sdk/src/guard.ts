import { factsOf } from './action-facts.js';
import { beforeEffect, checkPreconditionsNow, ranBefore, release, runReleased } from './carry-out.js';
import type { Guarded, ReleaseOptions } from './carry-out.js';
import type { Client } from './client.js';
import { SdkError } from './errors.js';
import { propose } from './propose.js';
import type { Effect } from './report-effect.js';
import type { ActionDocument, ActionFacts, JsonObject, Proposal } from './types.js';
import { waitForDecision } from './wait-for-decision.js';

export interface GuardOptions extends ReleaseOptions {
  idempotencyKey: string;
  /** How long to wait for people, milliseconds. Default 3,600,000. */
  timeoutMs?: number;
  /** Run what reviewers changed the parameters to. Default false: a changed action is refused. */
  acceptChanges?: boolean;
}

function releasedFacts(proposal: Proposal, action: ActionDocument, options: GuardOptions): ActionFacts {
  if (action.status !== 'approved' || action.effective === null || !action.grant?.token) {
    const why = action.resolution?.message ?? `The action is ${action.status}.`;
    const details = { action_id: action.action_id, status: action.status, grant: action.grant?.status ?? null };
    throw new SdkError('not_approved', why, { details });
  }
  if (action.effective.changed && options.acceptChanges !== true) {
    throw new SdkError('changed_by_reviewer', 'Reviewers changed the parameters; run those or propose anew.');
  }
  // Taken from the caller's own object now, so that a change made while people were reading is seen.
  const parameters = action.effective.changed ? action.effective.parameters : proposal.parameters;
  return structuredClone(factsOf(options.tenant, proposal, parameters));
}

/**
 * Proposes, waits, verifies, redeems, and only then runs `run` with the approved parameters; reports what became of it.
 * `run` gets a private copy: it must use its argument and nothing else, because that is what was approved.
 * A second call with the same key runs nothing: it answers with what is recorded, or reports what the first could not.
 * @throws SdkError, and nothing else, when this call ran nothing (`already_consumed`: an earlier one may have); whatever
 * `run` throws, after it was reported as `failed` (an SdkError of its own as the cause of an Error). Once `run` has answered nothing is thrown: `reportError` says what is not recorded.
 */
export async function guard(
  client: Client,
  proposal: Proposal,
  run: (parameters: JsonObject) => Promise<Effect | undefined | void>,
  options: GuardOptions,
): Promise<Guarded> {
  const { action, facts } = await beforeEffect(() => released(client, proposal, options));
  if (facts === null) return ranBefore(client, action);
  return runReleased(client, action, () => run(facts.parameters));
}

/** The action and what of it may run now; null where an earlier call ran it. @throws SdkError: nothing may run */
async function released(client: Client, proposal: Proposal, options: GuardOptions) {
  checkPreconditionsNow(proposal.preconditions, options.preconditionsNow);
  const proposed = await propose(client, proposal, options.idempotencyKey);
  const action = await waitForDecision(client, proposed.action.action_id, { timeoutMs: options.timeoutMs });
  if (action.status === 'approved' && action.grant?.status === 'consumed') return { action, facts: null };
  const facts = releasedFacts(proposal, action, options);
  await release(client, facts, action.grant?.token as string, options);
  return { action, facts };
}
