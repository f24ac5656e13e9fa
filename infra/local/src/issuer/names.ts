/** Audience of reviewers' access tokens. */
export const AUDIENCE = 'countersign';

/** Resource indicator (RFC 8707) under which the page asks for such a token; it is also the default. */
export const RESOURCE = 'urn:countersign';

/** Public client of the reviewers' page: authorization code with PKCE, no secret. */
export const PAGE_CLIENT = 'countersign-page';

/** Life of an access token, seconds: a working day. */
export const TOKEN_TTL_S = 8 * 3600;

export const jwksUri = (issuer: string): string => `${issuer}/jwks`;
