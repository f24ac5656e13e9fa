import { visibleText } from '@countersign/canonical';

/** Longest value of an agent that a message shows, characters. */
export const MAX_TEXT = 200;

/** A value that agents or people wrote, as one line of visible text of at most `max` characters of theirs. */
export function plainText(value: string, max = MAX_TEXT): string {
  const characters = [...value.slice(0, max * 2)];
  if (characters.length <= max && value.length <= max * 2) return visibleText(value);
  return `${visibleText(characters.slice(0, max - 1).join(''))}…`;
}
