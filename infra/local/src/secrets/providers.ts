import { createHash, createHmac, createPrivateKey } from 'node:crypto';
import type { RosterProvider } from '../roster.js';

interface StoredProviderKey {
  readonly kid: string;
  readonly public_jwk: { readonly x?: string };
  readonly created_at: string;
  readonly revoked_at: string | null;
}

/** A provider as `credentials.json` keeps it: public keys only. */
export type StoredProvider = RosterProvider & { readonly keys: readonly StoredProviderKey[] };

type PrivateJwk = { readonly kid: string; readonly x: string; readonly d: string };

/** A provider with the private key that it signs with; null when none of its known keys is valid any more. */
export interface ProviderKey {
  readonly tenant: string;
  readonly provider_id: string;
  readonly private_jwk: PrivateJwk | null;
}

// DER of a PKCS #8 Ed25519 key up to its 32 bytes (RFC 8410).
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The roster's first key derives from the random root, as its API keys do, so that no private key is kept beside. */
function firstKey(root: string, { tenant, provider_id }: RosterProvider): PrivateJwk {
  const name = `provider|${tenant}|${provider_id}`;
  const seed = createHmac('sha256', Buffer.from(root, 'hex')).update(name).digest();
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  const jwk = key.export({ format: 'jwk' }) as { x: string; d: string };
  const kid = `key_${createHash('sha256').update(jwk.x).digest('hex').slice(0, 16)}`;
  return { ...jwk, ...{ kid, alg: 'EdDSA', use: 'sig' } };
}

const publicOf = (key: PrivateJwk): object =>
  Object.fromEntries(Object.entries(key).filter(([member]) => member !== 'd'));

const isSame = (one: RosterProvider, other: RosterProvider): boolean =>
  one.tenant === other.tenant && one.provider_id === other.provider_id;

/** Adds providers that are new in the roster; what `countersign keys` did to the others stays. */
export function completeProviders(
  root: string,
  stored: readonly StoredProvider[],
  roster: readonly RosterProvider[],
): StoredProvider[] {
  const created_at = new Date().toISOString();
  const added = roster
    .filter((provider) => !stored.some((one) => isSame(one, provider)))
    .map((provider) => {
      const key = firstKey(root, provider);
      return { ...provider, keys: [{ kid: key.kid, public_jwk: publicOf(key), created_at, revoked_at: null }] };
    });
  return [...stored, ...added];
}

/** A key that a local.json named, else the derived one. */
export function usableProviderKey(root: string, provider: StoredProvider, former: readonly ProviderKey[]): ProviderKey {
  const { tenant, provider_id, keys } = provider;
  const valid = new Set(keys.filter((key) => key.revoked_at === null).map((key) => key.public_jwk.x));
  const named = former.filter((one) => one.tenant === tenant && one.provider_id === provider_id);
  const candidates = [...named.map((one) => one.private_jwk), firstKey(root, provider)];
  return { tenant, provider_id, private_jwk: candidates.find((key) => key !== null && valid.has(key.x)) ?? null };
}
