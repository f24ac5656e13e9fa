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
  private readonly alike = new Alike();
  private readonly operations: PatchOperation[] = [];
  private bytes = 2;

  constructor(private readonly maxBytes: number) {}

  /** Null when the patch would be too long. */
  between(before: JsonValue, after: JsonValue): readonly PatchOperation[] | null {
    this.walk(before, after, '');
    return this.isFull() ? null : this.operations;
  }

  private isFull(): boolean {
    return this.bytes > this.maxBytes;
  }

  private add(operation: PatchOperation): void {
    if (this.isFull()) return;
    this.bytes += Buffer.byteLength(JSON.stringify(operation)) + 1;
    this.operations.push(operation);
  }

  private walk(before: JsonValue, after: JsonValue, path: string): void {
    if (this.isFull() || this.alike.same(before, after)) return;
    if (isObject(before) && isObject(after)) this.members(before, after, path);
    else if (Array.isArray(before) && Array.isArray(after)) this.items(before, after, path);
    else this.add({ op: 'replace', path, value: after });
  }

  private members(before: JsonObject, after: JsonObject, path: string): void {
    for (const key of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()) {
      const [old, now] = [own(before, key), own(after, key)];
      if (old !== undefined && now !== undefined && this.alike.same(old, now)) continue;
      const at = pointerTo(path, key);
      if (now === undefined) this.add({ op: 'remove', path: at });
      else if (old === undefined) this.add({ op: 'add', path: at, value: now });
      else this.walk(old, now, at);
    }
  }

  // Equal ends stay; between them, items are compared one by one, then the rest is removed from the end or added.
  private items(before: readonly JsonValue[], after: readonly JsonValue[], path: string): void {
    const shorter = Math.min(before.length, after.length);
    const same = (i: number, j: number): boolean => this.alike.same(before[i] ?? null, after[j] ?? null);
    let start = 0;
    while (start < shorter && same(start, start)) start += 1;
    let end = 0;
    while (end < shorter - start && same(before.length - 1 - end, after.length - 1 - end)) end += 1;
    const paired = shorter - end;
    for (let i = start; i < paired; i += 1) this.walk(before[i] ?? null, after[i] ?? null, pointerTo(path, i));
    for (let i = before.length - end - 1; i >= paired; i -= 1) this.add({ op: 'remove', path: pointerTo(path, i) });
    for (let i = paired; i < after.length - end; i += 1)
      this.add({ op: 'add', path: pointerTo(path, i), value: after[i] ?? null });
  }
}

const own = (object: JsonObject, key: string): JsonValue | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined;

/** A list or object of so few characters is its own name: to read it again costs less than to look it up. */
const SHORT = 32;

/** Tells equal values: each list and object is looked at once, and gets a name that equal ones share. */
class Alike {
  private readonly names = new Map<object, string>();
  private readonly byContent = new Map<string, string>();

  same(a: JsonValue, b: JsonValue): boolean {
    return a === b || this.nameOf(a) === this.nameOf(b);
  }

  private nameOf(value: JsonValue): string {
    if (typeof value === 'string') return JSON.stringify(value);
    if (typeof value !== 'object' || value === null) return String(value);
    const known = this.names.get(value);
    if (known !== undefined) return known;
    const content = this.contentOf(value);
    if (content.length <= SHORT) return content;
    const name = this.byContent.get(content) ?? `#${this.byContent.size}`;
    this.byContent.set(content, name);
    this.names.set(value, name);
    return name;
  }

  private contentOf(value: JsonValue[] | JsonObject): string {
    if (Array.isArray(value)) return `[${value.map((item) => this.nameOf(item)).join(',')}]`;
    const members = Object.keys(value).sort();
    return `{${members.map((name) => `${JSON.stringify(name)}:${this.nameOf(value[name] ?? null)}`).join(',')}}`;
  }
}
