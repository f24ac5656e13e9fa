import type { JsonValue } from '@countersign/canonical';
import { createPatch } from 'rfc6902';
import { readJson } from './read-json.js';

// The patch of two long arrays costs the product of their lengths; beyond this a patch says only "all of it changed".
const MAX_CHARACTERS = 32_768;

/** RFC 6902 patch between two RFC 8785 texts; empty when they are equal. */
export function patch(from: string, to: string): JsonValue {
  if (from === to) return [];
  const after = readJson(to, null);
  if (from.length > MAX_CHARACTERS || to.length > MAX_CHARACTERS) return [{ op: 'replace', path: '', value: after }];
  return createPatch(readJson(from, null), after) as unknown as JsonValue;
}
