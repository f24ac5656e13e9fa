import { CountersignError, pointerTo } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import { z } from 'zod';

/** Any JSON value: the body was parsed strictly before. */
export const jsonValue = z.custom<JsonValue>();

/** @throws CountersignError `invalid_request` with the pointer of the first member at fault */
export function validate<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const result = schema.safeParse(body);
  if (result.success) return result.data as z.output<T>;
  const [issue] = result.error.issues;
  const keys = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const pointer = [...(issue?.path ?? []), ...keys].reduce<string>((at, key) => pointerTo(at, String(key)), '');
  throw new CountersignError('invalid_request', issue?.message ?? 'the body is not valid', { pointer });
}
