import { randomUUID } from 'node:crypto';
import { digestOfAction } from './action-facts.js';
import type { Client } from './client.js';
import { SdkError } from './errors.js';
import { redeem } from './redeem.js';
import { reportOutcome } from './report-outcome.js';
import type { ActionDocument, ActionFacts, JsonObject, OutcomeReport, PostCheck } from './types.js';
import { readKeys, verifyToken } from './verify-token.js';

export interface Effect {
  /** Default `executed`. */
  status?: OutcomeReport['status'];
  result?: JsonObject;
  post_checks?: PostCheck[];
}

export interface ReleaseOptions {
  tenant: string;
  /** Public address of approval, exactly as in the token's `iss`. */
  issuer: string;
  audience?: string;
  /** Facts as they are now, for an action with preconditions. Default: those of the proposal. */
  preconditionsNow?: () => Promise<JsonObject>;
}

export interface Guarded {
  action: ActionDocument;
  effect: Effect;
  /** Null when the effect ran and its outcome was recorded. */
  reportError: SdkError | null;
}

/** Verifies the token against what is about to run and consumes the grant. @throws SdkError: nothing may run */
export async function release(
  client: Client,
  facts: ActionFacts,
  token: string,
  options: ReleaseOptions,
): Promise<void> {
  const keys = await readKeys(client);
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
 * Runs the effect of a released action and reports what became of it.
 * @throws whatever `run` throws, after it was reported as `failed`
 */
export async function runReleased(
  client: Client,
  action: ActionDocument,
  run: () => Promise<Effect>,
): Promise<Guarded> {
  let effect: Effect;
  try {
    effect = await run();
  } catch (error) {
    await report(client, action.action_id, { status: 'failed', result: { error: String(error) } });
    throw error;
  }
  return { action, effect, reportError: await report(client, action.action_id, effect) };
}
