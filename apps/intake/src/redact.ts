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

/** What stands for a value of a tenant that has no key: better nothing than plain text. */
const WITHHELD = 'withheld';

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
