import { canonicalBytes, LIMITS } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import { MoneyValue } from './money.js';

const MAX_ITEM_CHARACTERS = 64;
const MAX_SHOWN_CHARACTERS = LIMITS.explainedCharacters;

/** A fact's value as JSON for an explanation; null when unknown. Long text is cut, and so are long lists. */
export function shown(value: unknown): JsonValue {
  if (value === undefined) return null;
  if (value instanceof MoneyValue) return { value: value.value, currency: value.currency };
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'string') return cut(value, MAX_SHOWN_CHARACTERS);
  if (Array.isArray(value)) return shownList(value);
  return isShort(value as JsonValue) ? (value as JsonValue) : `${typeof value}, too long to be shown`;
}

const cut = (text: string, max: number): string =>
  text.length > max
    ? `${text
        .slice(0, max - 1)
        .toWellFormed()
        .replace(/\ufffd$/, '')}…`
    : text;

/** Bytes of UTF-8, of which there is one or more to a character. */
const isShort = (value: JsonValue): boolean => canonicalBytes(value, MAX_SHOWN_CHARACTERS) <= MAX_SHOWN_CHARACTERS;

/** The first items of a list, as many as there is room for, and that there are more. */
function shownList(list: readonly unknown[]): JsonValue {
  const items = list
    .slice(0, 20)
    .map((item) => (typeof item === 'string' ? cut(item, MAX_ITEM_CHARACTERS) : shown(item)));
  let size = items.length;
  while (size > 0 && !isShort([...items.slice(0, size), '…'])) size -= 1;
  return size === list.length ? items : [...items.slice(0, size), '…'];
}
