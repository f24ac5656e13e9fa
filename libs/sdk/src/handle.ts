import { parseJson } from '@countersign/canonical';
import type { Client } from './client.js';
import { SdkError } from './errors.js';
import type { ActionDocument } from './types.js';
import { waitForDecision, type WaitOptions } from './wait-for-decision.js';

/**
 * What a handle says. It holds no secret and no address: whoever resumes it uses the agent's own key and own addresses,
 * so a forged handle can neither read an action of another agent nor send a key elsewhere.
 */
export interface Handle {
  v: 1;
  action_id: string;
  /** Digest of the proposed version. */
  digest: string;
  /** Key under which it was proposed; null when the maker of the handle did not know it. */
  idempotency_key: string | null;
  /** Name of the tool that waits for it; null outside of tools. */
  tool: string | null;
}

export interface HandleDetails {
  idempotencyKey?: string;
  tool?: string;
}

const LONGEST = 2_000;
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isTextOrNull = (value: unknown): value is string | null => value === null || isText(value);

/** An opaque text, at most 2,000 characters, by which another worker of the same agent goes on with this action. */
export function handleOf({ action_id, digest }: ActionDocument, details: HandleDetails = {}): string {
  const { idempotencyKey: idempotency_key = null, tool = null } = details;
  const handle: Handle = { v: 1, action_id, digest, idempotency_key, tool };
  return Buffer.from(JSON.stringify(handle)).toString('base64url');
}

function parse(text: string): unknown {
  try {
    return text.length <= LONGEST && /^[\w-]+$/.test(text)
      ? parseJson(Buffer.from(text, 'base64url').toString())
      : null;
  } catch {
    return null;
  }
}

/** @throws SdkError `wrong_use` when the text is not a whole handle */
export function readHandle(text: string): Handle {
  const { v, action_id, digest, idempotency_key, tool } = (parse(text) ?? {}) as Partial<Handle>;
  const whole = v === 1 && isText(action_id) && isText(digest) && isTextOrNull(idempotency_key) && isTextOrNull(tool);
  if (!whole) throw new SdkError('wrong_use', 'This is not a handle; pass on the whole text that was given out.');
  return { v, action_id, digest, idempotency_key, tool };
}

/**
 * Goes on with the action of a handle, on any worker that has the key of the same agent.
 * @returns the document as `waitForDecision` does; an approved one carries a fresh token
 * @throws SdkError `wrong_use` (not a handle), `not_found` (not this agent's action), `action_digest_mismatch` (the handle
 *   speaks of something else than what was proposed)
 */
export async function resume(client: Client, handle: string, options: WaitOptions = {}): Promise<ActionDocument> {
  const { action_id, digest } = readHandle(handle);
  const action = await waitForDecision(client, action_id, options);
  if (action.action_id !== action_id || action.digest !== digest) {
    const details = { action_id };
    throw new SdkError('action_digest_mismatch', 'The handle speaks of another action than the one found.', {
      details,
    });
  }
  return action;
}
