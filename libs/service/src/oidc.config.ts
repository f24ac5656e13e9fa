import type { Env } from './env.js';

/** One identity provider whose access tokens are taken. */
export interface OidcIssuer {
  readonly issuer: string;
  readonly jwks_uri: string;
  /** `aud` that a token must have. */
  readonly audience: string;
  /** Tenants whose people it may name. Left out: all of them, which only a single issuer may. */
  readonly tenants?: readonly string[];
  readonly algorithms: readonly string[];
  /** Names of the claims; the defaults are the names of the values. */
  readonly claims: { readonly tenant: string; readonly roles: string; readonly name: string };
}

// RFC 8725, section 3.1: asymmetric algorithms only, pinned.
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'];
const CLAIMS = { tenant: 'tenant', roles: 'roles', name: 'name' };

/** Reads `OIDC_ISSUERS`. @throws Error when it is missing or an entry lacks issuer, jwks_uri or audience */
export function loadIssuers(env: Env): OidcIssuer[] {
  const entries = parse(env['OIDC_ISSUERS'] ?? '');
  return entries.map((entry) => {
    const tenants = tenantsOf(entry, entries.length);
    const { issuer, jwks_uri, audience } = entry;
    if (!issuer || !jwks_uri || !audience)
      throw new Error('OIDC_ISSUERS: each entry needs issuer, jwks_uri and audience');
    // The service's own name as who changes custody: nobody may come in with it.
    if (issuer === 'countersign') throw new Error('OIDC_ISSUERS: an issuer cannot be `countersign`');
    const algorithms = entry.algorithms ?? ALGORITHMS;
    const unsafe = algorithms.find((name) => !ALGORITHMS.includes(name));
    if (unsafe !== undefined) throw new Error('OIDC_ISSUERS: an algorithm is not an asymmetric one that is supported');
    return { issuer, jwks_uri, audience, algorithms, claims: { ...CLAIMS, ...entry.claims }, ...tenants };
  });
}

/** With two providers, one must not name the people of the other's tenants. */
function tenantsOf({ issuer, tenants }: Partial<OidcIssuer>, issuers: number): Pick<OidcIssuer, 'tenants'> {
  if (tenants === undefined && issuers === 1) return {};
  const isList = Array.isArray(tenants) && tenants.length > 0 && tenants.every((one) => typeof one === 'string' && one);
  if (isList) return { tenants };
  throw new Error(`OIDC_ISSUERS: ${issuer}: name its \`tenants\`, a list of those whose people it may speak for`);
}

function parse(text: string): Partial<OidcIssuer>[] {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value) && value.length > 0) return value as Partial<OidcIssuer>[];
  } catch {
    // Said below, without the text: it may be long and is the operator's own.
  }
  throw new Error('OIDC_ISSUERS is not a JSON array of at least one issuer');
}
