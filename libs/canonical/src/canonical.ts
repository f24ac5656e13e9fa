import { createHash } from 'node:crypto';
import type { JsonValue } from './json.js';

/**
 * RFC 8785 (JSON Canonicalization Scheme) text of a JSON value: sorted keys, shortest numbers, no white space. The engine's
 * own writer makes numbers and texts as the standard asks for, so a list of them is written at once.
 * @throws TypeError for a value that JSON cannot carry (undefined, NaN, an infinite number, a lone surrogate, a Map, bytes)
 */
export function canonicalize(value: unknown): string {
  if (!isContainer(value)) return plain(value);
  if ('toJSON' in value && typeof value.toJSON === 'function') return canonicalize(value.toJSON());
  if (!Array.isArray(value)) return ofMembers(value);
  if (!value.some(isContainer)) return JSON.stringify(value.map((item: unknown) => carried(item ?? null)));
  return `[${value.map((item: unknown) => canonicalize(item ?? null)).join(',')}]`;
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** The order of RFC 8785, section 3.2.3, is that of UTF-16 code units, as of `sort`. */
function ofMembers(object: object): string {
  if (Symbol.iterator in object) throw new TypeError('a Map, a Set or bytes are not a JSON value');
  const members = object as Readonly<Record<string, unknown>>;
  const texts: string[] = [];
  for (const name of Object.keys(members).sort()) {
    if (members[name] !== undefined) texts.push(`${plain(name)}:${canonicalize(members[name])}`);
  }
  return `{${texts.join(',')}}`;
}

const plain = (value: unknown): string => JSON.stringify(carried(value));

/** The value, which is no list and no object. */
function carried(value: unknown): unknown {
  if (typeof value === 'string' ? value.isWellFormed() : typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new TypeError('not a JSON value');
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
