import { randomUUID } from 'node:crypto';
import { digestOfAction } from './action-facts.js';
import type { Client } from './client.js';
import { SdkError } from './errors.js';
import { redeem } from './redeem.js';
import { deliver, recordedEffect, reportEffect, unreportedOf, wordsOf } from './report-effect.js';
import type { Effect, ReportError } from './report-effect.js';
import type { ActionDocument, ActionFacts, JsonObject } from './types.js';
import { readKeys, verifyToken } from './verify-token.js';

export interface ReleaseOptions {
  tenant: string;
  /** Public address of approval, exactly as in the token's `iss`. */
  issuer: string;
  audience?: string;
  /** Reads the facts of the preconditions from the world, as they are now; needed for an action that has some. */
  preconditionsNow?: () => Promise<JsonObject>;
}

export interface Guarded {
  action: ActionDocument;
  /** What `run` answered; of an action whose effect had run before, what is recorded of it. */
  effect: Effect;
  /** False: the effect had run before, under the same key, and was not run again. */
  ran: boolean;
  /** Null when all of the outcome is recorded. `unreportable_result`: it is, but for the result. Else nothing is yet. */
  reportError: ReportError;
}

/** @throws SdkError `wrong_use` for preconditions without a way to see them again: the proposal's own would always hold */
export function checkPreconditionsNow(
  preconditions: JsonObject | null | undefined,
  preconditionsNow: ReleaseOptions['preconditionsNow'],
): void {
  if (!preconditions || preconditionsNow) return;
  throw new SdkError('wrong_use', 'An action with preconditions needs preconditionsNow, which reads them again.');
}

/** What is done before an effect: whatever goes wrong there is told as what it means. @throws SdkError: nothing has run */
export async function beforeEffect<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw cause instanceof SdkError
      ? cause
      : new SdkError('wrong_use', `Nothing has run: ${wordsOf(cause)}`, { cause });
  }
}

/** Verifies the token against what is about to run and consumes the grant. @throws SdkError: nothing may run */
export async function release(
  client: Client,
  facts: ActionFacts,
  token: string,
  options: ReleaseOptions,
): Promise<void> {
  checkPreconditionsNow(facts.preconditions, options.preconditionsNow);
  const keys = await readKeys(client);
  await verifyToken(token, facts, { keys, issuer: options.issuer, audience: options.audience });
  const preconditions = facts.preconditions ? ((await options.preconditionsNow?.()) ?? null) : null;
  await redeem(client, {
    token,
    action_digest: digestOfAction(facts),
    environment: facts.environment,
    preconditions,
    // New for every call: a second process with the same key must not be told "ok" for the first one's redemption.
    request_id: randomUUID(),
  });
}

/**
 * Runs the effect of a released action and reports what became of it. What `run` did is never hidden: it answers with the
 * effect also where the outcome could not be reported.
 * @throws whatever `run` throws, after it was reported as `failed`; an SdkError of its own as the cause of an Error,
 * because an SdkError says that nothing has run
 */
export async function runReleased(
  client: Client,
  action: ActionDocument,
  run: () => Promise<Effect | undefined | void>,
): Promise<Guarded> {
  let effect: Effect | undefined;
  try {
    effect = (await run()) ?? {};
  } catch (error) {
    await reportEffect(client, action.action_id, { status: 'failed', result: { error: wordsOf(error) } });
    throw error instanceof SdkError ? new Error(`The effect failed: ${error.message}`, { cause: error }) : error;
  }
  return { action, effect, ran: true, reportError: await reportEffect(client, action.action_id, effect) };
}

/**
 * An action whose grant was used up by an earlier call with the same key: reports what that call could not, and runs
 * nothing.
 * @throws SdkError `already_consumed` when nobody knows what became of the effect
 */
export async function ranBefore(client: Client, action: ActionDocument): Promise<Guarded> {
  const known = recordedEffect(action);
  const kept = unreportedOf(client, action.action_id);
  if (known !== null && kept === null) return { action, effect: known, ran: false, reportError: null };
  if (kept !== null) {
    const { status, result, post_checks } = kept;
    const effect: Effect = { status, result: result ?? {}, post_checks };
    return { action, effect, ran: false, reportError: await deliver(client, action.action_id, kept) };
  }
  throw new SdkError(
    'already_consumed',
    'This action was released before and no outcome is recorded: its effect may have happened and is not run again. ' +
      'Find out, and report it with reportOutcome.',
    { details: { action_id: action.action_id, status: action.status, grant: 'consumed' } },
  );
}
