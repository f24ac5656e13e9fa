import type { JsonValue } from '@countersign/canonical';
import { z } from 'zod';

export { validate } from '@countersign/service';

/** Any JSON value: the body was parsed strictly before. */
export const jsonValue = z.custom<JsonValue>();
