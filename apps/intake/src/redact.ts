import { createHmac } from 'node:crypto';
import { canonicalize } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';

/** A tenant's key for what may not be stored in plain text. */
export interface RedactionKey {
  readonly key_id: string;
  /** 32 bytes or more, hexadecimal. */
  readonly key: string;
}

/** Content of `redaction.json`: a key for each tenant. */
export type RedactionKeys = Readonly<Record<string, RedactionKey>>;

export const keyOf = (keys: RedactionKeys, tenant: string): RedactionKey | undefined =>
  Object.hasOwn(keys, tenant) ? keys[tenant] : undefined;

/** What stands for a value of a tenant that has no key: better nothing than plain text. */
const WITHHELD = 'withheld';

/** The members of a proposal that may hold sensitive values. */
export interface Hideable {
  readonly parameters: JsonValue;
  readonly before: JsonValue;
  readonly after: JsonValue;
  readonly signals: JsonValue;
}

/** Members with keyed hashes, and where those are. */
export interface Hidden<T> {
  readonly members: T;
  /** RFC 6901 pointers, of those that were asked for and have a value. */
  readonly sensitive: readonly string[];
}

/**
 * The members with keyed hashes in place of what stands at or below the pointers. Names of members stay, so that the
 * shape can be read, and null stays null, so that presence can.
 */
export function hide<T extends Hideable>(
  members: T,
  pointers: readonly string[],
  key: RedactionKey | undefined,
): Hidden<T> {
  let whole: JsonValue = { ...members } as unknown as JsonValue;
  const sensitive: string[] = [];
  for (const pointer of pointers) {
    const changed = hideAt(whole, tokensOf(pointer), key);
    if (changed === undefined) continue;
    whole = changed;
    sensitive.push(pointer);
  }
  return { members: whole as unknown as T, sensitive };
}

const tokensOf = (pointer: string): string[] =>
  pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));

/** A copy in which the value at the tokens is hidden; undefined where there is none. */
function hideAt(
  node: JsonValue,
  [first, ...rest]: readonly string[],
  key: RedactionKey | undefined,
): JsonValue | undefined {
  if (first === undefined) return node === null ? undefined : hideAll(node, key);
  if (typeof node !== 'object' || node === null || !Object.hasOwn(node, first)) return undefined;
  const child = (node as { [member: string]: JsonValue })[first];
  const changed = child === undefined ? undefined : hideAt(child, rest, key);
  if (changed === undefined) return undefined;
  if (Array.isArray(node)) return node.map((item, index) => (String(index) === first ? changed : item));
  return Object.fromEntries(Object.entries(node).map(([name, item]) => [name, name === first ? changed : item]));
}

/** As `redact`, and truth values as their JSON text. */
function hideAll(value: JsonValue, key: RedactionKey | undefined): JsonValue {
  if (typeof value === 'boolean') return keyedHash(String(value), key);
  if (Array.isArray(value)) return value.map((item) => hideAll(item, key));
  if (typeof value !== 'object' || value === null) return redact(value, key);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, hideAll(member, key)]));
}

/**
 * The value with every text and number replaced by `hmac-sha256:<key id>:<hex>` (RFC 2104). Texts are hashed as UTF-8,
 * numbers as their RFC 8785 text; member names, booleans and null stay, so that the shape can be read.
 */
export function redact(value: JsonValue, key: RedactionKey | undefined): JsonValue {
  if (typeof value === 'string' || typeof value === 'number') return keyedHash(value, key);
  if (Array.isArray(value)) return value.map((item) => redact(item, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, redact(member, key)]));
}

function keyedHash(value: string | number, key: RedactionKey | undefined): string {
  if (!key) return WITHHELD;
  const text = typeof value === 'string' ? value : canonicalize(value);
  return `hmac-sha256:${key.key_id}:${createHmac('sha256', Buffer.from(key.key, 'hex')).update(text, 'utf8').digest('hex')}`;
}
