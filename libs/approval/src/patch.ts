import { canonicalize, jsonPatch } from '@countersign/canonical';
import type { JsonPatch, JsonValue } from '@countersign/canonical';
import type { ActionProposed } from '@countersign/events';
import { readJson } from './read-json.js';

const NOTHING: JsonPatch = { operations: [], truncated: false };

/** RFC 6902 patch between two RFC 8785 texts; empty when they are equal. */
const patch = (from: string, to: string): JsonPatch =>
  from === to ? NOTHING : jsonPatch(readJson(from, null), readJson(to, null));

/** Patches of versions, for as long as the version is known: each read of a changed action shows its own again. */
const known = new WeakMap<object, JsonPatch>();

/** RFC 6902 patch from the proposed parameters to those of a changed version of the same action; empty without one. */
export function patchOfVersion(proposed: string, edit: { readonly parameters: string } | undefined): JsonPatch {
  if (edit === undefined) return NOTHING;
  const made = known.get(edit) ?? patch(proposed, edit.parameters);
  known.set(edit, made);
  return made;
}

/** The patch as a member of a document, with `<name>_truncated` beside it where it only says that all of it changed. */
export const patchDocument = (name: string, { operations, truncated }: JsonPatch): { [member: string]: JsonValue } => ({
  [name]: operations as unknown as JsonValue,
  ...(truncated ? { [`${name}_truncated`]: true } : {}),
});

/** What a record keeps of a patch between two states. One that is too long says all of `after`, which the record has. */
export function recordedPatch(
  before: string | null,
  after: string | null,
): Pick<ActionProposed, 'diff' | 'diff_truncated'> {
  if (before === null || after === null) return { diff: null, diff_truncated: false };
  const { operations, truncated } = patch(before, after);
  return { diff: truncated ? null : canonicalize(operations), diff_truncated: truncated };
}
