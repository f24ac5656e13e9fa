import { createHash } from 'node:crypto';
import rfc8785 from 'canonicalize';

/**
 * RFC 8785 (JSON Canonicalization Scheme) text of a JSON value: sorted keys, shortest numbers, no white space.
 * @throws TypeError for a value that JSON cannot carry (undefined, NaN, an infinite number)
 */
export function canonicalize(value: unknown): string {
  const text = rfc8785(value);
  if (text === undefined) throw new TypeError('not a JSON value');
  return text;
}

/** `sha256:` + lower-case hex of SHA-256 (FIPS 180-4); text is hashed as UTF-8. */
export const sha256 = (data: string | Uint8Array): string =>
  `sha256:${createHash('sha256').update(data).digest('hex')}`;

/** SHA-256 over the RFC 8785 text of a value. */
export const digestOf = (value: unknown): string => sha256(canonicalize(value));
