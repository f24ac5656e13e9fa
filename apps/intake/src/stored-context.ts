import { canonicalBytes, keyedHash } from '@countersign/canonical';
import type { JsonValue, RedactionKey } from '@countersign/canonical';
import type { TypeTerms } from '@countersign/policy';
import { isJsonObject } from './action-body.js';

/**
 * What is stored of a context: all of it, or as its action type says one keyed hash each of `prompt`, `inputs` and
 * `output` (and one of all its other members), each with the bytes of its RFC 8785 text, or nothing.
 */
export function storedContext(
  context: JsonValue,
  term: TypeTerms['context'],
  key: RedactionKey | undefined,
): JsonValue {
  if (context === null || term === 'keep') return context;
  return term === 'omit' ? null : hashedContext(context, key);
}

/** The context as keyed hashes: it tells two of them apart and says nothing else of them. */
export function hashedContext(context: JsonValue, key: RedactionKey | undefined): JsonValue {
  if (!isJsonObject(context)) return context === null ? null : hashed(context, key);
  const { prompt, inputs, output, ...others } = context;
  const parts = { prompt, inputs, output, ...(Object.keys(others).length === 0 ? {} : { other: others }) };
  const stated = Object.entries(parts).filter((part): part is [string, JsonValue] => part[1] !== undefined);
  return Object.fromEntries(stated.map(([name, value]) => [name, value === null ? null : hashed(value, key)]));
}

const hashed = (value: JsonValue, key: RedactionKey | undefined): JsonValue => ({
  hash: keyedHash(value, key),
  size: canonicalBytes(value),
});

/** Where values are hidden one by one. A context that is not kept needs no such places. */
export const hiddenIn = ({ sensitive, context }: Pick<TypeTerms, 'sensitive' | 'context'>): readonly string[] =>
  context === 'keep' ? sensitive : sensitive.filter((pointer) => !`${pointer}/`.startsWith('/context/'));
