import { JsonError, parseJson } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';

/** JSON text of a record, or `otherwise` when there is none or it cannot be read: the fold must never throw. */
export function readJson(text: string | null, otherwise: JsonValue): JsonValue {
  if (text === null) return otherwise;
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonError) return otherwise;
    throw error;
  }
}
