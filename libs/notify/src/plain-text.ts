/** Longest value of an agent that a message shows, characters. */
export const MAX_TEXT = 200;

// Controls break headers and lines; bidirectional and invisible characters make a text read as another one.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const visible = (character: string): string =>
  `⟦U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟧`;

/** A value that agents or people wrote, as one line of visible text of at most `max` characters. */
export function plainText(value: string, max = MAX_TEXT): string {
  const characters = [...value];
  const cut = characters.length > max ? [...characters.slice(0, max - 1), '…'] : characters;
  return cut.join('').replace(HIDDEN, visible);
}
