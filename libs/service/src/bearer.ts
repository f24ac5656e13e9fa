import { CountersignError } from '@countersign/canonical';

/**
 * The token of an `Authorization: Bearer …` header (RFC 6750).
 * @throws CountersignError `unauthenticated` when the header is missing or of another scheme
 */
export function bearerToken(authorization: string | undefined): string {
  const token = /^Bearer +([^\s]+) *$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) throw new CountersignError('unauthenticated', 'send `Authorization: Bearer <credential>`');
  return token;
}
