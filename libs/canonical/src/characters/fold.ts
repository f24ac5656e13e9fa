import { looksLike } from './look-alike.js';

const BEYOND_ASCII = /[\x80-\uffff]/;
const LETTERS_BEYOND_ASCII = /(?![\x00-\x7f])[\p{L}\p{N}]/gu;
const UNSEEN = /[\p{M}\p{C}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** Text without what a reader does not see: case, width, accents, hidden characters, look-alike letters. */
export function foldText(text: string): string {
  if (!BEYOND_ASCII.test(text)) return text.toLowerCase();
  const plain = unaccented(text.normalize('NFKC').toLowerCase());
  return alike(alike(plain));
}

const unaccented = (text: string): string => text.normalize('NFKD').replace(UNSEEN, '');

/** What a letter looks like may itself look like another one. */
const alike = (text: string): string =>
  unaccented(text.replace(LETTERS_BEYOND_ASCII, looksLike).normalize('NFKC').toLowerCase());
