import { canonicalize, pointerTo } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import { isJsonObject } from './action-body.js';
import type { JsonObject } from './action-body.js';

export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: JsonValue }
  | { readonly op: 'remove'; readonly path: string };

/**
 * An RFC 6902 patch that turns `before` into `after`. Time is linear in the size of both: the shortest patch between two
 * long arrays takes quadratic time, which a caller could use to stop the service.
 */
export function jsonPatch(before: JsonValue, after: JsonValue, path = ''): PatchOperation[] {
  if (isJsonObject(before) && isJsonObject(after)) return patchObject(before, after, path);
  if (Array.isArray(before) && Array.isArray(after)) return patchArray(before, after, path);
  return same(before, after) ? [] : [{ op: 'replace', path, value: after }];
}

const same = (a: JsonValue, b: JsonValue): boolean => a === b || canonicalize(a) === canonicalize(b);

function patchObject(before: JsonObject, after: JsonObject, path: string): PatchOperation[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key): PatchOperation[] => {
    const at = pointerTo(path, key);
    const [old, now] = [own(before, key), own(after, key)];
    if (now === undefined) return [{ op: 'remove', path: at }];
    return old === undefined ? [{ op: 'add', path: at, value: now }] : jsonPatch(old, now, at);
  });
}

const own = (object: JsonObject, key: string): JsonValue | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined;

// Equal ends stay; between them, items are compared one by one, then the rest is removed from the end or added.
function patchArray(before: readonly JsonValue[], after: readonly JsonValue[], path: string): PatchOperation[] {
  const [old, now] = [before.map(canonicalize), after.map(canonicalize)];
  const shorter = Math.min(old.length, now.length);
  let start = 0;
  while (start < shorter && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < shorter - start && old[old.length - 1 - end] === now[now.length - 1 - end]) end += 1;
  const paired = shorter - end;
  const changed = before
    .slice(start, paired)
    .flatMap((item, i) => jsonPatch(item, after[start + i] ?? null, pointerTo(path, start + i)));
  const removed = range(paired, before.length - end).map((i): PatchOperation => ({
    op: 'remove',
    path: pointerTo(path, i),
  }));
  const added = range(paired, after.length - end).map((i): PatchOperation => ({
    op: 'add',
    path: pointerTo(path, i),
    value: after[i] ?? null,
  }));
  return [...changed, ...removed.reverse(), ...added];
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_item, i) => from + i);
