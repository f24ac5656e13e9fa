import type { JsonValue } from '@countersign/canonical';

/**
 * Characters that can make a text read as another one (Unicode TR 36, section 3.1): format characters, which include
 * the bidirectional controls and tags, fillers that look like a space, and controls besides tab and line ends.
 */
export const HIDDEN_CHARACTERS = /[\p{Cf}\u115f\u1160\u3164\uffa0]|(?![\t\n\r])\p{Cc}/gu;

/** The first place in a value, names included, that has such a character: its RFC 6901 pointer, or null. */
export function hiddenAt(value: JsonValue, pointer = ''): string | null {
  if (typeof value === 'string') return isClean(value) ? null : pointer;
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, member] of Object.entries(value)) {
    const found = isClean(name) ? hiddenAt(member, `${pointer}/${name}`) : pointer;
    if (found !== null) return found;
  }
  return null;
}

const isClean = (text: string): boolean => text.search(HIDDEN_CHARACTERS) === -1;
