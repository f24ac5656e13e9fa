import { isPlainText } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';

/** The first place in a value, names included, that a reader does not surely read: its RFC 6901 pointer, or null. */
export function hiddenAt(value: JsonValue, pointer = ''): string | null {
  if (typeof value === 'string') return isPlainText(value) ? null : pointer;
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, member] of Object.entries(value)) {
    const found = isPlainText(name) ? hiddenAt(member, `${pointer}/${name}`) : pointer;
    if (found !== null) return found;
  }
  return null;
}
