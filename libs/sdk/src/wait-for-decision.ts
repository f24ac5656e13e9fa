import type { Client } from './client.js';
import type { ActionDocument } from './types.js';

/** The longest that intake holds one answer, seconds. */
const LONGEST_HOLD_S = 30;

/** `terminal`: neither deciding nor pending; `decision`: policy has spoken. */
export type WaitFor = 'terminal' | 'decision';

export interface WaitOptions {
  /** How long to wait in all, milliseconds; 0 reads once. Default 3,600,000. */
  timeoutMs?: number;
  /** Default `terminal`. */
  for?: WaitFor;
}

function isReached(action: ActionDocument, goal: WaitFor): boolean {
  if (action.status === 'deciding') return false;
  return goal === 'decision' || action.status !== 'pending';
}

/** Reads an action of one's own once; an approved one carries a fresh token. */
export async function readAction(client: Client, actionId: string, query = '', heldMs = 0): Promise<ActionDocument> {
  const path = `/v1/actions/${encodeURIComponent(actionId)}${query}`;
  const answer = await client.intake.send({ method: 'GET', path, heldMs });
  return answer.body as unknown as ActionDocument;
}

/**
 * Waits until the action has ended one way or another.
 * @returns the document; still `pending` or `deciding` when the time ran out, so check `status`
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
  }
}
