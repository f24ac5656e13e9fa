import type { JsonValue } from '@countersign/canonical';
import type { Client } from './client.js';
import type { Environment, JsonObject, Redemption } from './types.js';

export interface RedeemRequest {
  token: string;
  /** Digest of what is about to run, computed by the caller from the action itself. */
  action_digest: string;
  environment: Environment;
  /** Digest of the diff about to be applied; compared where the approval was of a dry run. */
  diff_digest?: string;
  /** The facts as seen now, when the action has preconditions. */
  preconditions: JsonObject | null;
  /** One per intended effect; a retry with it gets the same answer. */
  request_id: string;
}

/**
 * Consumes the grant. Only after this answer may the effect run, and only once.
 * @throws SdkError `already_consumed`, `revoked`, `expired`, `action_digest_mismatch`, `frozen`, …: nothing may run
 */
export async function redeem(client: Client, request: RedeemRequest): Promise<Redemption> {
  const body = request as unknown as JsonValue;
  const answer = await client.approval.send({ method: 'POST', path: '/v1/grants/redeem', body });
  return answer.body as unknown as Redemption;
}
