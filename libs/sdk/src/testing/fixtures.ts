import { exportJWK, generateKeyPair, SignJWT, type JSONWebKeySet } from 'jose';
import { digestOfAction, factsOf } from '../action-facts.js';
import type { ActionDocument, ActionFacts, JsonObject, Proposal } from '../types.js';

/** The proposal printed in the API contract, as far as the digest covers it. */
export const refund: Proposal = {
  run_id: 'agent-2026-06-19-001',
  agent: { id: 'refund-agent', version: 'v1.4.2' },
  model: { id: 'gpt-5o' },
  action_type: 'refund',
  environment: 'production',
  on_behalf_of: 'customer:812',
  target: 'order:12345',
  parameters: { order_id: '12345', method: 'card', amount: { value: '6000.00', currency: 'USD' } },
  preconditions: { order_etag: '7' },
};
export const facts: ActionFacts = factsOf('acme', refund, refund.parameters);
export const ISSUER = 'http://127.0.0.1:7402';

export interface Authority {
  keys: JSONWebKeySet;
  /** Signs a token for `facts`; members of `claims` and `header` replace the right ones, undefined removes them. */
  sign(claims?: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>;
}

export async function createAuthority(): Promise<Authority> {
  const pair = await generateKeyPair('EdDSA', { extractable: true });
  const kid = 'key-1';
  const keys = { keys: [{ ...(await exportJWK(pair.publicKey)), kid, alg: 'EdDSA' }] };
  const sign = (claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}): Promise<string> => {
    const now = Math.floor(Date.now() / 1000);
    const right = {
      ...{ iss: ISSUER, aud: 'urn:countersign:executor', sub: 'refund-agent', jti: 'grant_1' },
      ...{ iat: now, nbf: now, exp: now + 300, tenant: 'acme', env: 'production' },
      authorization_details: [{ type: 'urn:countersign:action', action_digest: digestOfAction(facts) }],
    };
    const protectedHeader = { alg: 'EdDSA', typ: 'approval+jwt', kid, ...header };
    return new SignJWT({ ...right, ...claims }).setProtectedHeader(protectedHeader).sign(pair.privateKey);
  };
  return { keys, sign };
}

/** An action document in a given state, with the members that the client reads. */
export function documentOf(
  status: ActionDocument['status'],
  token: string | null,
  parameters?: JsonObject,
): JsonObject {
  const released = parameters ?? refund.parameters;
  return {
    ...{ action_id: 'act_1', run_id: refund.run_id, status, digest: digestOfAction(facts), submitted_at: '' },
    ...{ decision: null, request: null, resolution: null, outcome: null },
    effective: { parameters: released, digest: '', changed: parameters !== undefined, diff: [] },
    grant: token === null ? null : { grant_id: 'grant_1', status: 'issued', expires_at: '', token },
  };
}
