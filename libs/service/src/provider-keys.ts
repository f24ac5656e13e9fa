import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { parseTime } from '@countersign/canonical';

/** A provider's public key, by which its attestations are checked. */
export interface ProviderKey {
  readonly kid: string;
  /** JWK (RFC 8037) of an Ed25519 public key. */
  readonly public_jwk: object;
  /** RFC 3339 UTC. */
  readonly created_at: string;
  /** RFC 3339 UTC; the key is valid until then, so a future time is the end of an overlap. */
  readonly revoked_at: string | null;
}

/** A provider of signals, such as a fraud scorer: what it signs counts as stated by it. */
export interface ProviderCredentials {
  readonly provider_id: string;
  readonly tenant: string;
  readonly keys: readonly ProviderKey[];
  /** Names of the signals that it may state; absent: any. */
  readonly signals?: readonly string[];
}

/** A key pair of a provider. The private half is shown once and never stored with the credentials. */
export interface NewProviderKey {
  readonly kid: string;
  readonly public_jwk: object;
  readonly private_jwk: object;
  /** RFC 3339 UTC. */
  readonly created_at: string;
}

interface HasProviders {
  readonly providers?: readonly ProviderCredentials[];
}

/** Ed25519; both halves carry kid and alg. @param nowMs UTC epoch milliseconds */
export function newProviderKey(nowMs: number): NewProviderKey {
  const pair = generateKeyPairSync('ed25519');
  const kid = `key_${randomBytes(8).toString('hex')}`;
  const [public_jwk, private_jwk] = [pair.publicKey, pair.privateKey].map((half) => ({
    ...half.export({ format: 'jwk' }),
    ...{ kid, alg: 'EdDSA', use: 'sig' },
  })) as [object, object];
  return { kid, public_jwk, private_jwk, created_at: new Date(nowMs).toISOString() };
}

/** Adds a key beside the present ones; both verify until the old one is revoked. @throws Error for an unknown provider */
export const addProviderKey = <C extends HasProviders>(
  credentials: C,
  owner: { readonly tenant: string; readonly id: string },
  key: NewProviderKey,
): C => withKeys(credentials, owner, (keys) => [...keys, stored(key)]);

/**
 * Adds a key and revokes every other one of that provider once the overlap is over.
 * @param overlapMs how long the others stay valid beside it, milliseconds. Default 0
 * @throws Error for an unknown provider
 */
export const rotateProviderKey = <C extends HasProviders>(
  credentials: C,
  owner: { readonly tenant: string; readonly id: string },
  key: NewProviderKey,
  overlapMs = 0,
): C => {
  const until = new Date(Date.parse(key.created_at) + overlapMs).toISOString();
  return withKeys(credentials, owner, (keys) => [...keys.map((old) => revoked(old, until)), stored(key)]);
};

/** The providers with one key revoked; null when none of them has it. */
export function revokeProviderKey(
  providers: readonly ProviderCredentials[],
  kid: string,
  revokedAt: string,
): ProviderCredentials[] | null {
  if (!providers.some(({ keys }) => keys.some((key) => key.kid === kid))) return null;
  const revokeIt = (key: ProviderKey): ProviderKey => (key.kid === kid ? revoked(key, revokedAt) : key);
  return providers.map((provider) => ({ ...provider, keys: provider.keys.map(revokeIt) }));
}

/** When a key ends, UTC epoch milliseconds: never where null stands; what is no RFC 3339 time means that it has ended. */
export const endOf = ({ revoked_at }: { readonly revoked_at: string | null }): number =>
  revoked_at === null ? Infinity : (parseTime(revoked_at) ?? -Infinity);

/** The earlier time counts: an overlap can be cut short, never prolonged. */
export const revoked = <K extends { readonly revoked_at: string | null }>(key: K, at: string): K => ({
  ...key,
  revoked_at: endOf(key) < Date.parse(at) ? key.revoked_at : at,
});

const stored = ({ kid, public_jwk, created_at }: NewProviderKey): ProviderKey => ({
  ...{ kid, public_jwk, created_at, revoked_at: null },
});

function withKeys<C extends HasProviders>(
  credentials: C,
  { tenant, id }: { readonly tenant: string; readonly id: string },
  change: (keys: readonly ProviderKey[]) => ProviderKey[],
): C {
  const isOwner = (one: ProviderCredentials): boolean => one.tenant === tenant && one.provider_id === id;
  const providers = credentials.providers ?? [];
  if (!providers.some(isOwner)) throw new Error(`there is no provider ${id} in tenant ${tenant}`);
  return {
    ...credentials,
    providers: providers.map((one) => (isOwner(one) ? { ...one, keys: change(one.keys) } : one)),
  };
}
