/** What an editor does not show: format and control characters except tab and line ends; a mark at the very beginning is fine. */
const INVISIBLE = /(?!^\ufeff)[\p{Cf}\u2028\u2029]|(?![\t\n\r])\p{Cc}/u;
const WORD = /[\p{L}\p{M}\p{N}_]+/gu;
const LATIN = /\p{sc=Latin}/u;
const LIKE_LATIN = /[\p{sc=Cyrillic}\p{sc=Greek}\p{sc=Armenian}\p{sc=Coptic}\p{sc=Cherokee}\p{sc=Lisu}]/u;
/** Other forms of Latin letters: full width, and the alphabets of mathematics. */
const DISGUISED = /[\uff21-\uff3a\uff41-\uff5a\u{1d400}-\u{1d7ff}]/u;

const codeOf = (text: string): string => `U+${(text.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/** The first character that no reader can see, and where; null when there is none. */
export function invisibleIn(text: string): { at: number; message: string } | null {
  const found = INVISIBLE.exec(text);
  return found && { at: found.index, message: `expected no invisible character (${codeOf(found[0])})` };
}

/** What is wrong with a text in which letters stand that look like other ones; null when nothing is. */
export function lookAlikeIn(text: string): string | null {
  const disguised = DISGUISED.exec(text);
  if (disguised) return `expected plain letters, not ${codeOf(disguised[0])}`;
  const mixed = (text.match(WORD) ?? []).find((word) => LATIN.test(word) && LIKE_LATIN.test(word));
  if (mixed === undefined) return null;
  const strange = LIKE_LATIN.exec(mixed)?.[0] ?? '';
  return `expected words of one script: \`${mixed.slice(0, 40)}\` has ${codeOf(strange)}, which looks like a Latin letter`;
}
