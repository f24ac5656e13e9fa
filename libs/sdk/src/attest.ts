import { importJWK, SignJWT } from 'jose';
import type { JWK } from 'jose';
import { digestOfAction } from './action-facts.js';
import type { ActionFacts, JsonObject } from './types.js';

const ALGORITHM = 'EdDSA';
const TYPE = 'attestation+jwt';
const AUDIENCE = 'urn:countersign:intake';
const DEFAULT_LIFE_S = 15 * 60;
const MAX_LIFE_S = 24 * 60 * 60;

/** The provider that signs, with the private key that `countersign keys` printed. */
export interface AttestingProvider {
  readonly provider_id: string;
  /** Ed25519 private JWK with its `kid`. Never log it. */
  readonly private_jwk: object;
}

export interface AttestOptions {
  /** Seconds until the attestation expires, 1 to 86,400. Default: 900. */
  readonly lifeSeconds?: number;
  /** UTC epoch milliseconds. Default: now. */
  readonly nowMs?: number;
}

/**
 * Signs signals of one action, for its agent to pass along in `attestations`. It counts for an action with exactly these
 * facts and for no other.
 * @param signals values by name, at least one
 * @returns compact JWS (EdDSA, `typ` `attestation+jwt`)
 * @throws RangeError for a life out of range; TypeError when the key is no private JWK with a `kid`
 */
export async function attest(
  provider: AttestingProvider,
  facts: ActionFacts,
  signals: JsonObject,
  { lifeSeconds = DEFAULT_LIFE_S, nowMs = Date.now() }: AttestOptions = {},
): Promise<string> {
  if (!Number.isSafeInteger(lifeSeconds) || lifeSeconds < 1 || lifeSeconds > MAX_LIFE_S)
    throw new RangeError(`an attestation lives 1 to ${MAX_LIFE_S} seconds`);
  const jwk = provider.private_jwk as JWK;
  if (typeof jwk.kid !== 'string') throw new TypeError('the private key names no kid');
  const iat = Math.floor(nowMs / 1000);
  return new SignJWT({ tenant: facts.tenant, about: digestOfAction(facts), signals })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: jwk.kid })
    .setIssuer(provider.provider_id)
    .setAudience(AUDIENCE)
    .setIssuedAt(iat)
    .setExpirationTime(iat + lifeSeconds)
    .sign(await importJWK(jwk, ALGORITHM));
}
