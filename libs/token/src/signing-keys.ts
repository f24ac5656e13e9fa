import { exportJWK, generateKeyPair, importJWK } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import { parseTime, uuid5 } from '@countersign/canonical';
import { TOKEN_ALGORITHM, TOKEN_LIFE_MS } from './claims.js';

/** A private key as it is stored: RFC 8037, with when it was made. */
export interface StoredKey extends JWK {
  readonly kid: string;
  /** RFC 3339. */
  readonly created_at: string;
}

export interface PublicKeySet {
  readonly keys: readonly JWK[];
}

/** Where tokens get their keys from. A file now; a key management service has the same shape. */
export interface SigningKeys {
  /** The key to sign with: the newest one. */
  newest(): Promise<{ readonly kid: string; readonly key: CryptoKey }>;
  /** The public key of a kid, or null when it is not ours. */
  find(kid: string): Promise<CryptoKey | null>;
  /** What `/.well-known/jwks.json` serves. */
  publicKeys(): Promise<PublicKeySet>;
}

/** How long a key stays published after it was replaced: a token's life and ten minutes, milliseconds. */
export const KEEP_REPLACED_MS = TOKEN_LIFE_MS + 10 * 60_000;

/** A new Ed25519 key (RFC 8037). */
export async function createKey(nowMs: number): Promise<StoredKey> {
  const { privateKey } = await generateKeyPair(TOKEN_ALGORITHM, { crv: 'Ed25519', extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, kid: uuid5(`signing-key|${jwk.x}`), created_at: new Date(nowMs).toISOString() };
}

/** A key and when it ends, UTC epoch milliseconds; Infinity for the one that signs. */
export interface DatedKey {
  readonly stored: StoredKey;
  readonly untilMs: number;
}

/**
 * Keys from the oldest to the newest. One that was replaced ends when no token of it can be alive any more; one of which
 * it is not known when it was made is none.
 */
export function dated(keys: readonly StoredKey[]): DatedKey[] {
  const madeAt = new Map(keys.map((key) => [key, parseTime(key.created_at)]));
  const known = keys.filter((key) => madeAt.get(key) !== null);
  const sorted = known.sort((a, b) => (madeAt.get(a) ?? 0) - (madeAt.get(b) ?? 0));
  return sorted.map((stored, index) => {
    const successor = sorted[index + 1];
    return { stored, untilMs: successor === undefined ? Infinity : (madeAt.get(successor) ?? 0) + KEEP_REPLACED_MS };
  });
}

/** Adds a key and drops those that were replaced so long ago that no token of theirs can be alive. */
export const rotated = (keys: readonly StoredKey[], added: StoredKey, nowMs: number): StoredKey[] =>
  dated([...keys, added])
    .filter(({ untilMs }) => untilMs > nowMs)
    .map(({ stored }) => stored);

/** The public half, as others may see it. */
export const publicHalf = ({ kty, crv, x, kid }: StoredKey): JWK => ({
  ...{ kty, crv, x, kid },
  alg: TOKEN_ALGORITHM,
  use: 'sig',
});

/** @throws TypeError when the key is not an Ed25519 key */
export async function importKey(jwk: JWK): Promise<CryptoKey> {
  if (jwk.kty !== 'OKP' || jwk.crv !== 'Ed25519') throw new TypeError('a signing key is not an Ed25519 key');
  return (await importJWK(jwk, TOKEN_ALGORITHM)) as CryptoKey;
}
