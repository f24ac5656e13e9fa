import { pointerTo } from './json.js';
import type { JsonValue } from './json.js';
import { LIMITS } from './limits.js';

export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: JsonValue }
  | { readonly op: 'remove'; readonly path: string };

/** A patch, and whether it only says that all of it changed because it would be too long. */
export interface JsonPatch {
  readonly operations: readonly PatchOperation[];
  readonly truncated: boolean;
}

type JsonObject = { [key: string]: JsonValue };

const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * An RFC 6902 patch that turns `before` into `after`. Time and memory are linear in the size of both, however deep they
 * are nested and however long their names: the shortest patch between two lists takes quadratic time, and the paths of a
 * patch may be far longer than the documents.
 * @param maxBytes of the patch as JSON text in UTF-8; a longer one is one `replace` at the root. Default `LIMITS.diff`
 */
export function jsonPatch(before: JsonValue, after: JsonValue, maxBytes: number = LIMITS.diff): JsonPatch {
  const patch = new Differ(maxBytes).between(before, after);
  return patch === null
    ? { operations: [replaceAll(after)], truncated: true }
    : { operations: patch, truncated: false };
}

/** The patch that says only that all of it changed. */
export const replaceAll = (after: JsonValue): PatchOperation => ({ op: 'replace', path: '', value: after });

class Differ {
  private readonly operations: PatchOperation[] = [];
  /** Names and indexes on the way; a pointer is made of them for an operation only. */
  private readonly path: (string | number)[] = [];
  private bytes = 2;

  constructor(private readonly maxBytes: number) {}

  /** Null when the patch would be too long. */
  between(before: JsonValue, after: JsonValue): readonly PatchOperation[] | null {
    this.walk(before, after, 0);
    return this.isFull() ? null : this.operations;
  }

  private isFull(): boolean {
    return this.bytes > this.maxBytes;
  }

  private add(op: PatchOperation['op'], depth: number, value?: JsonValue): void {
    if (this.isFull()) return;
    const path = this.path.slice(0, depth).reduce<string>(pointerTo, '');
    const operation: PatchOperation = op === 'remove' ? { op, path } : { op, path, value: value ?? null };
    this.bytes += Buffer.byteLength(JSON.stringify(operation)) + 1;
    this.operations.push(operation);
  }

  private walk(before: JsonValue, after: JsonValue, depth: number): void {
    if (before === after || this.isFull()) return;
    if (isObject(before) && isObject(after)) this.members(before, after, depth);
    else if (Array.isArray(before) && Array.isArray(after)) this.items(before, after, depth);
    else this.add('replace', depth, after);
  }

  private members(before: JsonObject, after: JsonObject, depth: number): void {
    for (const key of namesOf(before, after)) {
      const [old, now] = [own(before, key), own(after, key)];
      this.path[depth] = key;
      if (now === undefined) this.add('remove', depth + 1);
      else if (old === undefined) this.add('add', depth + 1, now);
      else this.walk(old, now, depth + 1);
    }
  }

  // Equal ends stay; between them, items are compared one by one, then the rest is removed from the end or added.
  private items(before: readonly JsonValue[], after: readonly JsonValue[], depth: number): void {
    const shorter = Math.min(before.length, after.length);
    const same = (i: number, j: number): boolean => isSame(before[i] ?? null, after[j] ?? null);
    let end = before.length === after.length ? 0 : sameAtEnd(before, after);
    const known = this.operations.length;
    for (let i = 0; i < shorter - end; i += 1) this.walkItem(before[i] ?? null, after[i] ?? null, { depth, i });
    // What is the same at both ends counts to the beginning.
    while (end > 0 && known === this.operations.length && same(shorter - end, shorter - end)) end -= 1;
    for (let i = before.length - end - 1; i >= shorter - end; i -= 1) {
      this.path[depth] = i;
      this.add('remove', depth + 1);
    }
    for (let i = shorter - end; i < after.length - end; i += 1) {
      this.path[depth] = i;
      this.add('add', depth + 1, after[i]);
    }
  }

  private walkItem(before: JsonValue, after: JsonValue, { depth, i }: { depth: number; i: number }): void {
    this.path[depth] = i;
    this.walk(before, after, depth + 1);
  }
}

const own = (object: JsonObject, key: string): JsonValue | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined;

/** The names of both, in order. */
function namesOf(before: JsonObject, after: JsonObject): string[] {
  const names = Object.keys(before);
  for (const name of Object.keys(after)) if (!Object.hasOwn(before, name)) names.push(name);
  return names.length > 1 ? names.sort() : names;
}

/**
 * How many items are the same, from the end on. Only of lists of two lengths: then what is found to differ here is not
 * what is walked below, so that the comparisons of all levels together take linear time.
 */
function sameAtEnd(before: readonly JsonValue[], after: readonly JsonValue[]): number {
  const shorter = Math.min(before.length, after.length);
  let end = 0;
  while (end < shorter && isSame(before.at(-1 - end) ?? null, after.at(-1 - end) ?? null)) end += 1;
  return end;
}

function isSame(a: JsonValue, b: JsonValue): boolean {
  if (a === b) return true;
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => isSame(item, b[i] ?? null));
  if (!isObject(a) || !isObject(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => hasSame(b, name, a[name] ?? null));
}

const hasSame = (object: JsonObject, name: string, value: JsonValue): boolean =>
  Object.hasOwn(object, name) && isSame(object[name] ?? null, value);
