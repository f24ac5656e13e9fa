import { compactVerify, errors } from 'jose';
import type { CompactJWSHeaderParameters, CryptoKey } from 'jose';
import { CountersignError, JsonError, parseJson } from '@countersign/canonical';
import { readClaims, TOKEN_ALGORITHM, TOKEN_TYPE } from './claims.js';
import type { TokenClaims } from './claims.js';
import type { SigningKeys } from './signing-keys.js';

const MAX_TOKEN_CHARACTERS = 16_384;

/**
 * Checks a token as far as that needs no log: signature by one of our keys, algorithm, typ, issuer, every claim present.
 * It must have an `exp`, which is judged in the log and not here, so that a retry of an accepted redemption still gets
 * its answer after the token expired. Audience and environment are the caller's to compare.
 * @throws CountersignError `invalid_token` with a `reason`
 */
export async function checkToken(keys: SigningKeys, issuer: string, token: string): Promise<TokenClaims> {
  if (token.length > MAX_TOKEN_CHARACTERS) throw invalid('too_long');
  const { payload, protectedHeader } = await verified(keys, token);
  if (protectedHeader.typ !== TOKEN_TYPE) throw invalid('typ');
  const claims = readClaims(payloadOf(payload));
  if (typeof claims === 'string') throw invalid(claims);
  if (claims.iss !== issuer) throw invalid('iss');
  return claims;
}

async function verified(keys: SigningKeys, token: string) {
  try {
    // The key is looked up by kid among our own: a `jwk` or `jku` in the header is never used.
    return await compactVerify(token, (header) => keyFor(keys, header), { algorithms: [TOKEN_ALGORITHM] });
  } catch (cause) {
    if (cause instanceof errors.JOSEError || cause instanceof TypeError) throw invalid('signature', cause);
    throw cause;
  }
}

async function keyFor(keys: SigningKeys, { kid }: CompactJWSHeaderParameters): Promise<CryptoKey> {
  const key = typeof kid === 'string' ? await keys.find(kid) : null;
  if (key === null) throw invalid('kid');
  return key;
}

function payloadOf(bytes: Uint8Array) {
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    if (cause instanceof JsonError || cause instanceof TypeError) throw invalid('payload', cause);
    throw cause;
  }
}

const invalid = (reason: string, cause?: unknown): CountersignError =>
  new CountersignError(
    'invalid_token',
    'this is not an approval token of this system; read the action again',
    { reason },
    { cause },
  );
