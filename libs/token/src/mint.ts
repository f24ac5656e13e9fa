import { SignJWT } from 'jose';
import { ACTION_DETAIL, DEFAULT_AUDIENCE, TOKEN_ALGORITHM, TOKEN_LIFE_MS, TOKEN_TYPE } from './claims.js';
import type { ActionDetail } from './claims.js';
import type { SigningKeys } from './signing-keys.js';

/** What a token says of its grant; all of it comes from the fold. */
export interface TokenGrant {
  readonly grant_id: string;
  readonly tenant: string;
  readonly agent_id: string;
  readonly environment: string;
  /** Audience that the gate sets, or null for the default one. */
  readonly audience: string | null;
  /** When the grant lapses, UTC epoch milliseconds. */
  readonly expires_at: number;
  readonly action: Omit<ActionDetail, 'type'>;
}

export interface MintedToken {
  readonly token: string;
  /** UTC epoch milliseconds, on a whole second. */
  readonly expires_at: number;
}

/**
 * Signs a short-lived token of a grant (compact JWS, EdDSA). `jti` is always the grant id, so that redemptions of any
 * token of the grant meet in the log.
 * @param nowMs UTC epoch milliseconds
 * @returns null when less than a second of the grant is left
 * @remarks Never log the token.
 */
export async function mintToken(
  keys: SigningKeys,
  issuer: string,
  grant: TokenGrant,
  nowMs: number,
): Promise<MintedToken | null> {
  const iat = Math.floor(nowMs / 1000);
  const exp = Math.floor(Math.min(nowMs + TOKEN_LIFE_MS, grant.expires_at) / 1000);
  if (exp <= iat) return null;
  const { kid, key } = await keys.newest();
  const { tenant, environment, agent_id, grant_id, audience, action } = grant;
  const claims = { tenant, env: environment, authorization_details: [{ type: ACTION_DETAIL, ...action }] };
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: TOKEN_ALGORITHM, typ: TOKEN_TYPE, kid })
    .setIssuer(issuer)
    .setAudience(audience ?? DEFAULT_AUDIENCE)
    .setSubject(agent_id)
    .setJti(grant_id)
    .setIssuedAt(iat)
    .setNotBefore(iat)
    .setExpirationTime(exp)
    .sign(key);
  return { token, expires_at: exp * 1000 };
}
