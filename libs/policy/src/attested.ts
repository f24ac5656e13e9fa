import type { JsonValue } from '@countersign/canonical';

type Members = { readonly [name: string]: JsonValue };

const isObject = (value: JsonValue | undefined): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Signals by provider, of `ActionProposed.attestations` as JSON. Null when there are none; an entry that is not of that
 * form is left out, and so is a provider that is named twice: what cannot be told counts as missing.
 */
export function readAttested(list: JsonValue): Readonly<Record<string, JsonValue>> | null {
  if (!Array.isArray(list)) return null;
  const found = new Map<string, JsonValue>();
  for (const entry of list) {
    if (!isObject(entry) || typeof entry['provider'] !== 'string' || !isObject(entry['signals'])) continue;
    found.set(entry['provider'], found.has(entry['provider']) ? null : (entry['signals'] as JsonValue));
  }
  return found.size === 0 ? null : Object.fromEntries(found);
}
