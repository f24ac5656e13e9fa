import { compactVerify, decodeProtectedHeader, errors } from 'jose';
import type { JWK } from 'jose';
import { JsonError, parseJson, parseTime } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import { ATTESTATION_AUDIENCE, ATTESTATION_TYPE, readAttestationClaims, timeFault } from './attestation-claims.js';
import type { AttestationClaims } from './attestation-claims.js';
import { TOKEN_ALGORITHM } from './claims.js';

/** Longest attestation, characters of its compact form. */
export const MAX_ATTESTATION_CHARACTERS = 8 * 1024;
const MAX_PAYLOAD_DEPTH = 16;

/** A provider of signals with its public keys; one is valid until `revoked_at` (RFC 3339), null: until further notice. */
export interface AttestationIssuer {
  readonly provider_id: string;
  readonly keys: readonly { readonly kid: string; readonly public_jwk: object; readonly revoked_at: string | null }[];
  /** Names that it may state; absent: any. */
  readonly signals?: readonly string[];
}

/** What an attestation must be about to count. */
export interface AttestedAction {
  readonly tenant: string;
  readonly digest: string;
  /** UTC epoch milliseconds. */
  readonly nowMs: number;
  /** The provider of this id in the tenant, or null. */
  readonly find: (providerId: string) => AttestationIssuer | null;
}

export interface Attested {
  readonly provider: string;
  readonly signals: { readonly [name: string]: JsonValue };
  /** RFC 3339 UTC. */
  readonly attested_at: string;
}

/** Why an attestation does not count, in words that never repeat it. */
export class AttestationFault extends Error {}

const fault = (why: string): AttestationFault => new AttestationFault(why);

/**
 * What a provider attests of this very action: its own live key, algorithm, `typ`, audience, tenant, digest and times are
 * right, and it may state all the names.
 * @throws AttestationFault in every other case
 */
export async function verifyAttestation(token: string, action: AttestedAction): Promise<Attested> {
  if (token.length > MAX_ATTESTATION_CHARACTERS)
    throw fault(`it is longer than ${MAX_ATTESTATION_CHARACTERS} characters`);
  const kid = kidOf(token);
  const claims = claimsOf(token);
  const issuer = action.find(claims.iss);
  if (issuer === null) throw fault('its iss is no provider of this tenant');
  await checkSignature(token, keyOf(issuer, kid, action.nowMs));
  checkClaims(claims, issuer, action);
  const { provider_id: provider } = issuer;
  return { provider, signals: claims.signals, attested_at: new Date(claims.iat * 1000).toISOString() };
}

function kidOf(token: string): string {
  try {
    const { alg, typ, kid } = decodeProtectedHeader(token);
    if (alg !== TOKEN_ALGORITHM) throw fault(`its alg is not ${TOKEN_ALGORITHM}`);
    if (typ !== ATTESTATION_TYPE) throw fault(`its typ is not ${ATTESTATION_TYPE}`);
    if (typeof kid !== 'string') throw fault('its header names no kid');
    return kid;
  } catch (cause) {
    if (cause instanceof AttestationFault) throw cause;
    throw fault('it is not a compact JWS');
  }
}

/** Not believed before the signature is checked over the same text. */
function claimsOf(token: string): AttestationClaims {
  const claims = readAttestationClaims(payloadOf(token));
  if (typeof claims === 'string') throw fault(claims);
  return claims;
}

function payloadOf(token: string): JsonValue {
  try {
    const bytes = Buffer.from(token.split('.')[1] ?? '', 'base64url');
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes), { maxDepth: MAX_PAYLOAD_DEPTH });
  } catch (cause) {
    if (cause instanceof JsonError || cause instanceof TypeError) throw fault('its payload is not JSON');
    throw cause;
  }
}

function keyOf({ provider_id, keys }: AttestationIssuer, kid: string, nowMs: number): JWK {
  const key = keys.find((one) => one.kid === kid);
  if (key === undefined) throw fault(`its kid is no key of ${provider_id}`);
  // What is no time is revoked.
  if (key.revoked_at !== null && (parseTime(key.revoked_at) ?? -Infinity) <= nowMs)
    throw fault(`its key of ${provider_id} was revoked`);
  return key.public_jwk as JWK;
}

async function checkSignature(token: string, key: JWK): Promise<void> {
  try {
    await compactVerify(token, key, { algorithms: [TOKEN_ALGORITHM] });
  } catch (cause) {
    if (cause instanceof errors.JOSEError || cause instanceof TypeError || cause instanceof DOMException)
      throw fault('its signature is not of that key');
    throw cause;
  }
}

function checkClaims(claims: AttestationClaims, issuer: AttestationIssuer, action: AttestedAction): void {
  if (claims.aud !== ATTESTATION_AUDIENCE) throw fault(`its aud is not ${ATTESTATION_AUDIENCE}`);
  if (claims.tenant !== action.tenant) throw fault('it is of another tenant');
  if (claims.about !== action.digest)
    throw fault('it is about another action; `about` is the action digest of this one');
  const late = timeFault(claims, action.nowMs);
  if (late !== null) throw fault(late);
  const { signals, provider_id } = issuer;
  if (signals && !Object.keys(claims.signals).every((name) => signals.includes(name)))
    throw fault(`${provider_id} may not state one of its signals; it may state ${signals.join(', ')}`);
}
