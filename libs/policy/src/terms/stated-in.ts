import type { JsonValue } from '@countersign/canonical';
import { tokensOf, valueAt } from '../pointer.js';

/**
 * Those of the pointers at which an action states a value; a missing member and null state none.
 * @param members of the action, by the first token of the pointers
 */
export const statedIn = (pointers: readonly string[], members: { readonly [member: string]: JsonValue }): string[] =>
  pointers.filter((pointer) => (valueAt(members, tokensOf(pointer)) ?? null) !== null);
