import { idempotencyKeyOf, type JsonValue } from '@countersign/canonical';
import type { Client } from './client.js';
import { SdkError } from './errors.js';
import type { ActionDocument, Proposal } from './types.js';

export interface Proposed {
  action: ActionDocument;
  /** True when the same key and body had been sent before. */
  replayed: boolean;
}

/** @throws SdkError `wrong_use` for what no door takes as an idempotency key */
export function checkKey(key: string): void {
  try {
    idempotencyKeyOf(key, '/headers/idempotency-key');
  } catch (cause) {
    throw new SdkError('wrong_use', 'An idempotency key is 1 to 255 characters of printable ASCII without spaces.', {
      cause,
    });
  }
}

/**
 * Proposes an action; nothing may take effect before `redeem`. The same key and body are one action, however often sent.
 * @param idempotencyKey 1 to 255 characters of printable ASCII without spaces, stored by the caller before the first send
 * @throws SdkError `duplicate_request` when the key was used for another body; `wrong_use` for what is no key
 */
export async function propose(client: Client, proposal: Proposal, idempotencyKey: string): Promise<Proposed> {
  checkKey(idempotencyKey);
  const answer = await client.intake.send({
    method: 'POST',
    path: '/v1/actions',
    headers: { 'idempotency-key': idempotencyKey },
    body: proposal as unknown as JsonValue,
  });
  const replayed = answer.headers.get('idempotency-replayed') === 'true';
  return { action: answer.body as unknown as ActionDocument, replayed };
}
