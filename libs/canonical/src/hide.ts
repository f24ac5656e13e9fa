import { createHmac } from 'node:crypto';
import { canonicalize } from './canonical.js';
import { pointerTo } from './json.js';
import type { JsonValue } from './json.js';

/** A tenant's key for what may not be stored in plain text. */
export interface RedactionKey {
  readonly key_id: string;
  /** 32 bytes or more, hexadecimal. */
  readonly key: string;
}

/** Content of `redaction.json`: a key for each tenant. */
export type RedactionKeys = Readonly<Record<string, RedactionKey>>;

export const redactionKeyOf = (keys: RedactionKeys, tenant: string): RedactionKey | undefined =>
  Object.hasOwn(keys, tenant) ? keys[tenant] : undefined;

/** What stands for a value of a tenant that has no key: better nothing than plain text. It equals no value, not even itself. */
export const WITHHELD = 'withheld';

/**
 * `hmac-sha256:<key id>:<hex>` (RFC 2104) of the RFC 8785 text of a value, in UTF-8: one hash, whatever the value is, so
 * that hashing costs what reading costs.
 */
export function keyedHash(value: JsonValue, key: RedactionKey | undefined): string {
  if (!key) return WITHHELD;
  const hmac = createHmac('sha256', Buffer.from(key.key, 'hex')).update(canonicalize(value), 'utf8');
  return `hmac-sha256:${key.key_id}:${hmac.digest('hex')}`;
}

/** Members with keyed hashes, and where those are. */
export interface Hidden<T> {
  readonly members: T;
  /** RFC 6901 pointers, of those that were asked for and have a value that is not null. */
  readonly sensitive: readonly string[];
}

/** What of a value is hidden: all of it, or what stands below some of its members. */
type Hiding = 'all' | Map<string, Hiding>;

/**
 * The members with one keyed hash in place of what stands at each pointer. Null stays null, so that absence can be read.
 * Each part of the value is copied, and hashed, once at most, however many pointers there are.
 * @param pointers RFC 6901, of one token or more
 */
export function hide<T extends object>(
  members: T,
  pointers: readonly string[],
  key: RedactionKey | undefined,
): Hidden<T> {
  const sensitive: string[] = [];
  const hideIn = (value: JsonValue, hiding: Hiding, at: string): JsonValue => {
    if (value === null) return null;
    if (hiding === 'all') {
      sensitive.push(at);
      return keyedHash(value, key);
    }
    if (typeof value !== 'object') return value;
    const copy = Array.isArray(value) ? [...value] : { ...value };
    for (const [token, below] of hiding) {
      const child = memberOf(value, token);
      if (child !== undefined)
        (copy as { [member: string]: JsonValue })[token] = hideIn(child, below, pointerTo(at, token));
    }
    return copy;
  };
  const changed = pointers.length === 0 ? members : hideIn(members as JsonValue, hidingOf(pointers), '');
  return { members: changed as T, sensitive: sensitive.sort() };
}

const LIST_INDEX = /^(?:0|[1-9][0-9]*)$/;

function memberOf(value: object, token: string): JsonValue | undefined {
  if (Array.isArray(value) && !LIST_INDEX.test(token)) return undefined;
  return Object.hasOwn(value, token) ? (value as { [member: string]: JsonValue })[token] : undefined;
}

function hidingOf(pointers: readonly string[]): Map<string, Hiding> {
  const root = new Map<string, Hiding>();
  for (const pointer of pointers) {
    const tokens = pointer.slice(1).split('/').map(unescaped);
    let here = root;
    for (const token of tokens.slice(0, -1)) here = below(here, token);
    here.set(tokens.at(-1) ?? '', 'all');
  }
  return root;
}

function below(hiding: Map<string, Hiding>, token: string): Map<string, Hiding> {
  const known = hiding.get(token);
  if (known instanceof Map) return known;
  const fresh = new Map<string, Hiding>();
  // What stands below something hidden is hidden with it.
  if (known === undefined) hiding.set(token, fresh);
  return fresh;
}

const unescaped = (token: string): string => token.replaceAll('~1', '/').replaceAll('~0', '~');
