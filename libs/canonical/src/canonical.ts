import { createHash } from 'node:crypto';
import type { JsonValue } from './json.js';

/** A value of which the RFC 8785 text is known: what stands in a record need not be read to be written again. */
class Written {
  constructor(readonly text: string) {}
}

/**
 * The value of an RFC 8785 text, for `canonicalize` and what hashes with it: nobody else can read it.
 * @param text as `canonicalize` gave it; null stays null
 */
export const asWritten = (text: string | null): JsonValue =>
  text === null ? null : (new Written(text) as unknown as JsonValue);

/**
 * RFC 8785 (JSON Canonicalization Scheme) text of a JSON value: sorted keys, shortest numbers, no white space. The engine's
 * own writer makes numbers and texts as the standard asks for, so a list of them is written at once.
 * @throws TypeError for a value that JSON cannot carry (undefined, NaN, an infinite number, a lone surrogate, a Map, bytes)
 */
export function canonicalize(value: unknown): string {
  if (!isContainer(value)) return plain(value);
  if (Array.isArray(value)) return ofItems(value);
  if (value instanceof Written) return value.text;
  if ('toJSON' in value && typeof value.toJSON === 'function') return canonicalize(value.toJSON());
  return ofMembers(value as Readonly<Record<string, unknown>>);
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null;

function ofItems(items: readonly unknown[]): string {
  if (items.length === 0) return '[]';
  if (!items.some(isContainer)) return JSON.stringify(items.map((item) => carried(item ?? null)));
  let text = '[';
  for (const item of items) text += (text.length > 1 ? ',' : '') + canonicalize(item ?? null);
  return `${text}]`;
}

/** The order of RFC 8785, section 3.2.3, is that of UTF-16 code units, as of `sort`. */
function ofMembers(members: Readonly<Record<string, unknown>>): string {
  if (Symbol.iterator in members) throw new TypeError('a Map, a Set or bytes are not a JSON value');
  const names = Object.keys(members);
  let text = '';
  for (const name of names.length > 1 ? names.sort() : names) {
    const value = members[name];
    if (value !== undefined) text += `${text === '' ? '' : ','}${plain(name)}:${canonicalize(value)}`;
  }
  return `{${text}}`;
}

/** Longer ones are written by the engine as fast. */
const MOST_PLAIN = 32;
const PLAIN = /^[ !#-[\]-~]*$/;

function plain(value: unknown): string {
  if (typeof value === 'string' && value.length <= MOST_PLAIN && PLAIN.test(value)) return `"${value}"`;
  return JSON.stringify(carried(value));
}

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
