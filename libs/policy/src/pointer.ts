/** Elements of a list that a condition may walk through. A longer list is not comparable. */
export const MAX_ELEMENTS = 1_000;

const unescape = (token: string): string => token.replaceAll('~1', '/').replaceAll('~0', '~');

/** Member names of an RFC 6901 pointer. */
export const tokensOf = (pointer: string): readonly string[] => pointer.slice(1).split('/').map(unescape);

/** The value at the end of the tokens, or undefined. Reads own members only, so that no inherited name counts as a fact. */
export function valueAt(root: unknown, tokens: readonly string[]): unknown {
  let value = root;
  for (const token of tokens) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, token)) return undefined;
    value = (value as Record<string, unknown>)[token];
  }
  return value;
}
