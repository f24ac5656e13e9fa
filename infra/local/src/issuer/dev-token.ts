import { SignJWT } from 'jose';
import { randomUUID } from 'node:crypto';
import type { RosterReviewer } from '../roster.js';
import { ALGORITHM } from './key.js';
import type { IssuerKey } from './key.js';
import { AUDIENCE, PAGE_CLIENT, TOKEN_TTL_S } from './names.js';
import { claimsOf } from './provider.js';

export interface TokenOrder {
  /** `id_token` gives what must be refused as an access token. Default `access_token`. */
  readonly kind?: 'access_token' | 'id_token';
  /** Seconds; may be negative to get a token that has expired. Default eight hours. */
  readonly ttl_s?: number;
}

/** Signs a token for a person of the roster without a sign-in: for the command line and tests. */
export function devToken(issuer: string, key: IssuerKey, reviewer: RosterReviewer, order: TokenOrder): Promise<string> {
  const isId = order.kind === 'id_token';
  const nowS = Math.floor(Date.now() / 1000);
  const only = isId ? { nonce: randomUUID() } : { client_id: PAGE_CLIENT, jti: randomUUID() };
  return new SignJWT({ ...claimsOf(reviewer), ...only })
    .setProtectedHeader({ alg: ALGORITHM, kid: key.jwk.kid, typ: isId ? 'JWT' : 'at+jwt' })
    .setIssuer(issuer)
    .setSubject(reviewer.subject)
    .setAudience(AUDIENCE)
    .setIssuedAt(nowS)
    .setExpirationTime(nowS + (order.ttl_s ?? TOKEN_TTL_S))
    .sign(key.privateKey);
}
