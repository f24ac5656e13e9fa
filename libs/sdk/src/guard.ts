import { randomUUID } from 'node:crypto';
import type { JSONWebKeySet } from 'jose';
import { digestOfAction, factsOf } from './action-facts.js';
import type { Client } from './client.js';
import { SdkError } from './errors.js';
import { propose } from './propose.js';
import { redeem } from './redeem.js';
import { reportOutcome } from './report-outcome.js';
import type { ActionDocument, ActionFacts, JsonObject, OutcomeReport, PostCheck, Proposal } from './types.js';
import { readKeys, verifyToken } from './verify-token.js';
import { waitForDecision } from './wait-for-decision.js';

export interface Effect {
  /** Default `executed`. */
  status?: OutcomeReport['status'];
  result?: JsonObject;
  post_checks?: PostCheck[];
}

export interface GuardOptions {
  tenant: string;
  /** Public address of approval, exactly as in the token's `iss`. */
  issuer: string;
  audience?: string;
  idempotencyKey: string;
  /** How long to wait for people, milliseconds. Default 3,600,000. */
  timeoutMs?: number;
  /** Run what reviewers changed the parameters to. Default false: a changed action is refused. */
  acceptChanges?: boolean;
  /** Facts as they are now, for an action with preconditions. Default: those of the proposal. */
  preconditionsNow?: () => Promise<JsonObject>;
}

export interface Guarded {
  action: ActionDocument;
  effect: Effect;
  /** Null when the effect ran and its outcome was recorded. */
  reportError: SdkError | null;
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

async function release(client: Client, facts: ActionFacts, token: string, options: GuardOptions): Promise<void> {
  const keys: JSONWebKeySet = await readKeys(client);
  await verifyToken(token, facts, { keys, issuer: options.issuer, audience: options.audience });
  const seen = facts.preconditions ? await options.preconditionsNow?.() : null;
  await redeem(client, {
    token,
    action_digest: digestOfAction(facts),
    environment: facts.environment,
    preconditions: seen ?? facts.preconditions ?? null,
    // New for every call: a second process with the same key must not be told "ok" for the first one's redemption.
    request_id: randomUUID(),
  });
}

async function report(client: Client, actionId: string, effect: Effect): Promise<SdkError | null> {
  const { status = 'executed', result = {}, post_checks = [] } = effect;
  try {
    await reportOutcome(client, actionId, { status, result, post_checks, occurred_at: new Date().toISOString() });
    return null;
  } catch (error) {
    if (error instanceof SdkError) return error;
    throw error;
  }
}

/**
 * Proposes, waits, verifies, redeems, and only then runs `run` with the approved parameters; reports what became of it.
 * `run` gets a private copy: it must use its argument and nothing else, because that is what was approved.
 * @throws SdkError when nothing ran; whatever `run` throws, after it was reported as `failed`
 */
export async function guard(
  client: Client,
  proposal: Proposal,
  run: (parameters: JsonObject) => Promise<Effect>,
  options: GuardOptions,
): Promise<Guarded> {
  const proposed = await propose(client, structuredClone(proposal), options.idempotencyKey);
  const action = await waitForDecision(client, proposed.action.action_id, { timeoutMs: options.timeoutMs });
  const facts = releasedFacts(proposal, action, options);
  await release(client, facts, action.grant?.token as string, options);
  let effect: Effect;
  try {
    effect = await run(facts.parameters);
  } catch (error) {
    await report(client, action.action_id, { status: 'failed', result: { error: String(error) } });
    throw error;
  }
  return { action, effect, reportError: await report(client, action.action_id, effect) };
}
