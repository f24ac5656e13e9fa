import { CountersignError, labelFault, MAX_LABEL, pointerTo } from '@countersign/canonical';
import type { ProblemCode } from '@countersign/canonical';
import { z } from 'zod';

/**
 * A body or a query in the shape of a schema, the same at every door.
 * @param code of the refusal of a value that does not fit
 * @throws CountersignError `malformed` for a body that is missing; `code` with the pointer of the first member at fault, ''
 * for the whole
 */
export function validate<T extends z.ZodType>(
  schema: T,
  value: unknown,
  code: ProblemCode = 'invalid_request',
): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data as z.output<T>;
  if (value === undefined) throw new CountersignError('malformed', 'the body is missing; send a JSON object');
  const issue = closest(result.error.issues);
  // An unknown member is reported at its parent; the caller wants to see the member itself.
  const keys = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const path = [...(issue?.path ?? []), ...keys];
  const pointer = path.reduce<string>((at, key) => pointerTo(at, typeof key === 'number' ? key : String(key)), '');
  throw new CountersignError(code, issue?.message ?? 'it is not valid', { pointer });
}

type Issue = z.core.$ZodIssue;

/** The first fault; of a choice between shapes, that of the one which the value is of. */
function closest([issue]: readonly Issue[]): Issue | undefined {
  if (issue?.code !== 'invalid_union') return issue;
  const meant = issue.errors.find((faults) =>
    faults.every(({ code, path }) => code !== 'invalid_type' || path.length > 0),
  );
  const inner = closest(meant ?? []);
  return inner === undefined ? issue : { ...inner, path: [...issue.path, ...inner.path] };
}

/** The schema of an id or a label: every character of it can be seen. @param max code points, 1 or more */
export const labelOf = (max: number = MAX_LABEL) =>
  z
    .string()
    .superRefine((text, { addIssue }) => {
      const message = labelFault(text, max);
      if (message !== null) addIssue({ code: 'custom', message });
    })
    .meta({ minLength: 1, maxLength: max });
