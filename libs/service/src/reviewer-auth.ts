import { createRemoteJWKSet, decodeJwt, errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import { CountersignError } from '@countersign/canonical';
import { bearerToken } from './bearer.js';
import type { OidcIssuer } from './oidc.config.js';
import type { RateLimit } from './rate-limit.js';

/** A person, known by issuer and subject together, never by an e-mail address. */
export interface Reviewer {
  readonly issuer: string;
  readonly subject: string;
  readonly tenant: string;
  readonly roles: readonly string[];
  readonly name: string | null;
}

/** Whether a person sees and does what is for administrators of the tenant only. */
export const isAdmin = ({ roles }: Pick<Reviewer, 'roles'>): boolean => roles.includes('admin');

interface KnownIssuer extends OidcIssuer {
  readonly keys: JWTVerifyGetKey;
}

const CLOCK_TOLERANCE_S = 5;
/** Tokens whose signature was verified, and for how long: a key that the provider withdraws is obeyed that much later. */
const REMEMBERED = 1_000;
const REMEMBERED_MS = 60_000;
// RFC 9068, section 2.1, with and without the media type's prefix; many providers still say `JWT`.
const TYPES = ['at+jwt', 'application/at+jwt', 'jwt'];
// OpenID Connect Core, section 2 and 3.3.2.11: claims that only an ID token has.
const ID_TOKEN_CLAIMS = ['nonce', 'at_hash', 'c_hash', 's_hash'];

/** Bearer authentication of people by OpenID Connect access tokens. */
export class ReviewerAuth {
  private readonly issuers: ReadonlyMap<string, KnownIssuer>;
  private readonly remembered = new Map<string, { readonly reviewer: Reviewer; readonly untilMs: number }>();

  /** @param limit how often each person may ask; null: as often as they like */
  constructor(
    issuers: readonly OidcIssuer[],
    private readonly limit: RateLimit | null = null,
  ) {
    this.issuers = new Map(
      issuers.map((issuer) => {
        const keys = createRemoteJWKSet(new URL(issuer.jwks_uri), { timeoutDuration: 3_000, cooldownDuration: 5_000 });
        return [issuer.issuer, { ...issuer, keys }];
      }),
    );
  }

  /**
   * @throws CountersignError `unauthenticated` for anything but a valid access token, `rate_limited` for somebody who asks
   * too often, `overloaded` when the provider's keys cannot be fetched
   */
  async authenticate(authorization: string | undefined): Promise<Reviewer> {
    return this.verify(bearerToken(authorization));
  }

  /** As `authenticate`, for calls that only read. */
  authenticateReader(authorization: string | undefined): Promise<Reviewer> {
    return this.authenticate(authorization);
  }

  /** As `authenticate`, for a token that came another way (a session). */
  async verify(token: string): Promise<Reviewer> {
    const reviewer = await this.reviewerOf(token);
    this.limit?.take(`${reviewer.issuer} ${reviewer.subject}`);
    return reviewer;
  }

  private async reviewerOf(token: string): Promise<Reviewer> {
    const known = this.remembered.get(token);
    if (known && Date.now() < known.untilMs) return known.reviewer;
    const issuer = this.issuers.get(statedIssuer(token));
    if (!issuer) throw unauthenticated('the token is not of a known issuer');
    const claims = await verifiedClaims(token, issuer);
    return this.remember(token, reviewerOf(claims, issuer), claims.exp ?? 0);
  }

  /** Verifying a signature costs as much as all the rest of a small call, and people make many calls with one token. */
  private remember(token: string, reviewer: Reviewer, exp: number): Reviewer {
    if (this.remembered.size >= REMEMBERED) this.remembered.clear();
    this.remembered.set(token, { reviewer, untilMs: Math.min(exp * 1_000, Date.now() + REMEMBERED_MS) });
    return reviewer;
  }
}

const unauthenticated = (detail: string, cause?: unknown): CountersignError =>
  new CountersignError('unauthenticated', detail, {}, { cause });

function statedIssuer(token: string): string {
  try {
    return decodeJwt(token).iss ?? '';
  } catch (cause) {
    throw unauthenticated('the credential is not an access token', cause);
  }
}

async function verifiedClaims(token: string, issuer: KnownIssuer): Promise<JWTPayload> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, issuer.keys, {
      issuer: issuer.issuer,
      audience: issuer.audience,
      algorithms: [...issuer.algorithms],
      requiredClaims: ['exp', 'sub', issuer.claims.tenant],
      clockTolerance: CLOCK_TOLERANCE_S,
    });
    if (!isAccessToken(protectedHeader.typ, payload)) throw unauthenticated('this is not an access token');
    return payload;
  } catch (error) {
    throw asProblem(error);
  }
}

const isAccessToken = (typ: string | undefined, claims: JWTPayload): boolean =>
  TYPES.includes((typ ?? '').toLowerCase()) &&
  !ID_TOKEN_CLAIMS.some((claim) => claim in claims) &&
  claims['typ'] !== 'ID'; // Keycloak marks its ID tokens in the payload

function asProblem(error: unknown): CountersignError {
  if (error instanceof CountersignError) return error;
  const keysMissing =
    !(error instanceof errors.JOSEError) || error.code === 'ERR_JWKS_TIMEOUT' || error.code === 'ERR_JOSE_GENERIC';
  if (!keysMissing) return unauthenticated('the access token is not valid', error);
  return new CountersignError(
    'overloaded',
    'the identity provider does not answer',
    { retry_after: 2 },
    { cause: error },
  );
}

function reviewerOf(claims: JWTPayload, issuer: KnownIssuer): Reviewer {
  const tenant = claims[issuer.claims.tenant];
  const roles = claims[issuer.claims.roles] ?? [];
  const name = claims[issuer.claims.name];
  if (typeof tenant !== 'string' || tenant === '' || !claims.sub)
    throw unauthenticated('the token names no tenant or subject');
  if (issuer.tenants && !issuer.tenants.includes(tenant))
    throw unauthenticated('the issuer of the token may not speak for this tenant');
  if (!Array.isArray(roles)) throw unauthenticated('the roles of the token are not a list');
  return {
    issuer: issuer.issuer,
    subject: claims.sub,
    tenant,
    roles: roles.filter((role): role is string => typeof role === 'string'),
    name: typeof name === 'string' ? name : null,
  };
}
