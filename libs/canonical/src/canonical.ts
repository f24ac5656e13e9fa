import { createHash } from 'node:crypto';
import rfc8785 from 'canonicalize';
import type { JsonValue } from './json.js';

/**
 * RFC 8785 (JSON Canonicalization Scheme) text of a JSON value: sorted keys, shortest numbers, no white space.
 * @throws TypeError for a value that JSON cannot carry (undefined, NaN, an infinite number)
 */
export function canonicalize(value: unknown): string {
  const text = rfc8785(value);
  if (text === undefined) throw new TypeError('not a JSON value');
  return text;
}

/**
 * Bytes of the RFC 8785 text of a value in UTF-8, without making that text.
 * @param max where counting stops: a larger value gives some number above it, in time that `max` bounds
 */
export function canonicalBytes(value: JsonValue, max = Infinity): number {
  if (typeof value === 'string') return Buffer.byteLength(JSON.stringify(value));
  if (typeof value !== 'object' || value === null) return String(value).length;
  const isList = Array.isArray(value);
  let bytes = 2;
  let first = true;
  for (const name of isList ? value.keys() : Object.keys(value)) {
    if (bytes > max) return bytes;
    if (!isList) bytes += Buffer.byteLength(JSON.stringify(name)) + 1;
    bytes += canonicalBytes((value as { [name: string]: JsonValue })[name] ?? null, max - bytes) + (first ? 0 : 1);
    first = false;
  }
  return bytes;
}

/** `sha256:` + lower-case hex of SHA-256 (FIPS 180-4); text is hashed as UTF-8. */
export const sha256 = (data: string | Uint8Array): string =>
  `sha256:${createHash('sha256').update(data).digest('hex')}`;

/** SHA-256 over the RFC 8785 text of a value. */
export const digestOf = (value: unknown): string => sha256(canonicalize(value));
