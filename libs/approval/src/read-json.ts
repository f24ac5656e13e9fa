import { JsonError, parseJson } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';

/** A JSON object. */
export type Json = { [member: string]: JsonValue };

/** What stands for a JSON text: its value, or the text itself where it is only hashed. */
export type Read = (text: string | null) => JsonValue;

/** The value; null for no text, and for one that cannot be read. */
export const valueOf: Read = (text) => readJson(text, null);

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
