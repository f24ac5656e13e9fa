import type { JsonValue } from '@countersign/canonical';
import { validate as validated } from '@countersign/service';
import type { z } from 'zod';

/**
 * What a body says about an action, in the shape of a schema.
 * @throws CountersignError `invalid_action` with the pointer of the first fault, `malformed` without a body
 */
export const validate = <T>(schema: z.ZodType<T>, value: JsonValue | undefined): T =>
  validated(schema, value, 'invalid_action');
