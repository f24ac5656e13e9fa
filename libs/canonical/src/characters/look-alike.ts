import unhomoglyph from 'unhomoglyph';
import { codeOf } from './sign.js';
import type { Sign } from './sign.js';

const known = new Map<string, string>();

/** What a letter looks like (UTS #39, skeleton), by Unicode's own table; itself when it looks like no other. */
export function looksLike(letter: string): string {
  const seen = known.get(letter);
  if (seen !== undefined) return seen;
  const like = unhomoglyph(letter);
  known.set(letter, like);
  return like;
}

const BEYOND_ASCII = /[^\x00-\x7f]/;
const WORD = /[\p{L}\p{M}\p{N}\u200c\u200d]+/gu;
const TOKEN = /[^\s]+/gu;
const ASCII_LETTER = /[A-Za-z]/;
const ASCII_DIGIT = /[0-9]/;
const LATIN = /\p{sc=Latin}/u;
const LETTER = /\p{L}/u;
/** The scripts that share whole alphabets of shapes with Latin, by name. */
const ALIKE = ['Cyrillic', 'Greek', 'Armenian', 'Cherokee', 'Coptic', 'Lisu'].map(
  (name) => [name, new RegExp(`\\p{sc=${name}}`, 'u')] as const,
);
/** A word without any of these is read as it is. */
const CONCERNED = /[0-9\p{sc=Latin}\p{sc=Cyrillic}\p{sc=Greek}\p{sc=Armenian}\p{sc=Cherokee}\p{sc=Coptic}\p{sc=Lisu}]/u;
const FOREIGN_DIGIT = /(?![0-9])\p{Nd}/u;
const ENCLOSED = '[\\u249c-\\u24e9\\u{1f110}-\\u{1f189}]';
const FULL_WIDTH = '[\\uff10-\\uff19\\uff21-\\uff3a\\uff41-\\uff5a]';
const NUMERAL = '[\\u2160-\\u2188]';
const PLAIN = '[A-Za-z0-9]';
const beside = (what: string, neighbour: string): string => `${what}(?=${neighbour})|(?<=${neighbour})${what}`;
/** The alphabets of mathematics; letters in circles within words, Roman numerals and wide letters beside plain ones. */
const STYLED = new RegExp(
  `[\\u{1d400}-\\u{1d7ff}]|${beside(ENCLOSED, `(?:${ENCLOSED}|\\p{L})`)}|${beside(NUMERAL, '[A-Za-z]')}|${beside(FULL_WIDTH, PLAIN)}`,
  'gu',
);
const ALL_WIDE = new RegExp(FULL_WIDTH, 'gu');
const WIDE = new RegExp(FULL_WIDTH, 'u');
/** Letters of phonetics, which no alphabet capitalises or which look like a plain one. */
const isPhonetic = (letter: string): boolean =>
  /[\u0250-\u02af\u1d00-\u1dbf\ua727-\ua7ff]/u.test(letter) &&
  /\p{Ll}/u.test(letter) &&
  (letter.toUpperCase() === letter || /^[a-z]$/.test(looksLike(letter))) &&
  !/[ɣʋɩ]/u.test(letter);
const isForeign = (letter: string): boolean =>
  !LATIN.test(letter) && !WIDE.test(letter) && LETTER.test(letter) && /^[A-Za-z]+$/.test(looksLike(letter));
const isForeignDigit = (letter: string): boolean =>
  /[^0-9]/.test(letter) && /\p{Nd}/u.test(letter) && !WIDE.test(letter);

// What is no letter between letters of an address. A wide colon, slash or at sign is usual beside Latin words in Chinese.
const BETWEEN = /(?<=[A-Za-z0-9])[^\x00-\x7f\p{L}\p{M}\p{N}\s\uff1a\uff0f\uff20](?=[A-Za-z])/gu;

type Found = { readonly character: string; readonly at: number };
const charactersOf = (text: string, from: number): Found[] => {
  let at = from;
  return [...text].map((character) => ({ character, at: (at += character.length) - character.length }));
};
const signOf = ({ character, at }: Found, says = codeOf(character)): Sign => ({
  ...{ at, length: character.length, says, kind: 'look_alike' },
});

/** Where letters or digits stand that are read as others: strange ones within a word, or a whole text of such. */
export function lookAlikesIn(text: string): Sign[] {
  const digits = wrongDigits(text);
  if (!BEYOND_ASCII.test(text)) return digits;
  const words = [...text.matchAll(WORD)]
    .filter(({ 0: word }) => BEYOND_ASCII.test(word) && CONCERNED.test(word))
    .map(({ 0: word, index }) => charactersOf(word, index));
  const scripts = scriptsOf(text);
  const found = [
    ...words.flatMap((word) => [...inWord(word), ...wholeWord(word, scripts)]),
    ...numbersOf(text),
    ...digits,
    ...matchesOf(text, STYLED),
    ...matchesOf(text, BETWEEN).filter(({ at }) => /^[./:@]+$/.test(looksLike(text.charAt(at)))),
  ];
  return [...new Map(found.map((sign) => [sign.at, sign])).values()];
}

/** Letters and digits of full width: usual in Chinese and Japanese, and no way to write a plain name. */
export const wideIn = (text: string): Sign[] => matchesOf(text, ALL_WIDE);

const matchesOf = (text: string, pattern: RegExp): Sign[] =>
  [...text.matchAll(pattern)].map(({ 0: character, index }) => signOf({ character, at: index }));

/** Letters of another script in a word with Latin ones, and other digits beside plain letters or digits. */
function inWord(word: readonly Found[]): Sign[] {
  const has = (pattern: RegExp): boolean => word.some(({ character }) => pattern.test(character));
  const [hasPlain, isLatin] = [has(/[A-Za-z0-9]/), has(LATIN)];
  const isStrange = (one: string): boolean =>
    (isLatin && (isPhonetic(one) || isForeign(one))) || (hasPlain && isForeignDigit(one));
  return word.filter(({ character }) => isStrange(character)).map((found) => signOf(found));
}

/** The scripts of a text by letters that look like no Latin one: they say that a reader is at home in it. */
function scriptsOf(text: string): ReadonlySet<string> {
  const letters = [...new Set(text)].filter((letter) => LETTER.test(letter) && !isForeign(letter));
  return new Set(ALIKE.filter(([, script]) => letters.some((letter) => script.test(letter))).map(([name]) => name));
}

/** A word whose every letter looks Latin, in a text that says nowhere else what script it is in. */
function wholeWord(word: readonly Found[], scripts: ReadonlySet<string>): Sign[] {
  const letters = word.filter(({ character }) => LETTER.test(character));
  const [first] = letters;
  if (first === undefined || letters.length < 2 || !letters.every(({ character }) => isForeign(character))) return [];
  const name = ALIKE.find(([, script]) => script.test(first.character))?.[0];
  const last = word.at(-1);
  return name === undefined || scripts.has(name) || last === undefined ? [] : [signOf(last, name)];
}

/** Digits of several kinds in one number, or of a kind that looks like other digits where nothing else is of its script. */
function numbersOf(text: string): Sign[] {
  if (!FOREIGN_DIGIT.test(text)) return [];
  const blocks = new Set([...text].filter((one) => LETTER.test(one)).map(blockOf));
  return [...text.matchAll(TOKEN)].flatMap(({ 0: token, index }) => {
    const isMixed = ASCII_DIGIT.test(token);
    const isRead = (digit: string): boolean => ASCII_DIGIT.test(looksLike(digit)) && !blocks.has(blockOf(digit));
    return charactersOf(token, index)
      .filter(({ character }) => isForeignDigit(character))
      .filter(({ character }) => isMixed || isRead(character))
      .map((found) => signOf(found));
  });
}

const BLOCK = 0x80;
const blockOf = (character: string): number => Math.floor((character.codePointAt(0) ?? 0) / BLOCK);

const NUMBER_WITH_LETTERS = /(?<![\p{L}\p{N}_-])(?!0[oO])[+-]?[0-9]+[OolI]+(?=[0-9.,])[0-9OolI.,]*(?![\p{L}\p{N}_-])/gu;
/** `6O00.00`: a letter where a digit is read. */
const wrongDigits = (text: string): Sign[] =>
  [...text.matchAll(NUMBER_WITH_LETTERS)].flatMap(({ 0: number, index }) =>
    charactersOf(number, index)
      .filter(({ character }) => ASCII_LETTER.test(character))
      .map((found) => signOf(found)),
  );
