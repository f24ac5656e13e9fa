import type { z } from 'zod';
import { CountersignError, pointerTo } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';

/**
 * The value in the shape of a schema.
 * @throws CountersignError `invalid_action` with the pointer of the first fault
 */
export function validate<T>(schema: z.ZodType<T>, value: JsonValue | undefined): T {
  if (value === undefined) throw new CountersignError('malformed', 'the body is missing; send a JSON object');
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  // An unknown member is reported at its parent; the caller wants to see the member itself.
  const path = issue?.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : (issue?.path ?? []);
  throw new CountersignError('invalid_action', issue?.message ?? 'not valid', { pointer: pointerOf(path) });
}

const pointerOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((pointer, key) => pointerTo(pointer, typeof key === 'number' ? key : String(key)), '');
