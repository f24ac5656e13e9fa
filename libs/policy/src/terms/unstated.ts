import { pointerTo } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';

interface Stated {
  /** Left out where nothing is known of them. */
  readonly preconditions?: JsonValue;
}

/** The named preconditions that a proposal leaves out or states as null, as RFC 6901 pointers. */
export const unstatedIn = (names: readonly string[], preconditions: JsonValue): string[] =>
  names
    .filter((name) => {
      const stated = typeof preconditions === 'object' && preconditions !== null && Object.hasOwn(preconditions, name);
      return !stated || (preconditions as { [member: string]: JsonValue })[name] === null;
    })
    .map((name) => pointerTo('/preconditions', name));

/** The declared preconditions that an action leaves out. */
export const unstatedPreconditions = (
  type: { readonly preconditions: readonly string[] } | null,
  { preconditions }: Stated,
): string[] => (type === null || preconditions === undefined ? [] : unstatedIn(type.preconditions, preconditions));
