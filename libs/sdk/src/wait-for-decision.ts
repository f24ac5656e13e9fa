import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from './client.js';
import type { ActionDocument } from './types.js';

/** The longest that intake holds one answer, seconds. */
const LONGEST_HOLD_S = 30;
/** How often an approved action that waits for its release is read again, milliseconds. */
const HELD_POLL_MS = 1_000;

/** `terminal`: neither deciding nor pending, nor held for release; `decision`: policy has spoken. */
export type WaitFor = 'terminal' | 'decision';

export interface WaitOptions {
  /** How long to wait in all, milliseconds; 0 reads once. Default 3,600,000. */
  timeoutMs?: number;
  /** Default `terminal`. */
  for?: WaitFor;
}

function isReached(action: ActionDocument, goal: WaitFor): boolean {
  if (action.status === 'deciding') return false;
  return goal === 'decision' || (action.status !== 'pending' && action.held !== true);
}

/** Reads an action of one's own once; an approved one carries a fresh token. */
export async function readAction(client: Client, actionId: string, query = '', heldMs = 0): Promise<ActionDocument> {
  const path = `/v1/actions/${encodeURIComponent(actionId)}${query}`;
  const answer = await client.intake.send({ method: 'GET', path, heldMs });
  return answer.body as unknown as ActionDocument;
}

/**
 * Waits until the action has ended one way or another.
 * @returns the document; still `pending`, `deciding` or held without a grant when the time ran out, so check it
 */
export async function waitForDecision(
  client: Client,
  actionId: string,
  options: WaitOptions = {},
): Promise<ActionDocument> {
  const { timeoutMs = 3_600_000, for: goal = 'terminal' } = options;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const leftS = Math.max(0, Math.ceil((deadline - Date.now()) / 1000));
    const holdS = Math.min(LONGEST_HOLD_S, leftS);
    const query = `?wait=${holdS}s${goal === 'decision' ? '&for=decision' : ''}`;
    const action = await readAction(client, actionId, query, holdS * 1000);
    if (isReached(action, goal) || Date.now() >= deadline) return action;
    // Approved already, so the server has nothing to wait for.
    if (action.held === true) await sleep(Math.min(HELD_POLL_MS, Math.max(0, deadline - Date.now())));
  }
}
