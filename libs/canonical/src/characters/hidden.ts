import { codeOf } from './sign.js';
import type { Sign } from './sign.js';

/**
 * What draws nothing, or nothing of its own (Unicode, DerivedCoreProperties: default-ignorable), all of category C besides
 * tab and line ends, separators of lines, every space but the plain one, and the two blank letters and patterns that no
 * property names: the pattern of Braille without a dot, and a filler of half width that fonts draw as a blank.
 */
const HIDDEN = /\p{Default_Ignorable_Code_Point}|(?![\t\n\r])\p{C}|\p{Zl}|\p{Zp}|(?! )\p{Zs}|\u2800|\r(?!\n)/gu;

/** More marks on one letter than any language stacks (UTS #39, 5.4), a stroke through a letter, a mark on a digit. */
const STACKED =
  /(?<=\p{Mn}{4})\p{Mn}|(?![\u0338\u20e3])[\u0334-\u0337\u20d2-\u20e5]|\u0338(?<=[\p{L}\p{N}]\u0338)|(?<=[0-9])(?!\u20e3)\p{Mn}/gu;

// Scripts whose letters join or conjoin: there U+200C and U+200D are spelling (RFC 5892, appendix A).
const JOINING =
  '[\\p{scx=Arab}\\p{scx=Syrc}\\p{scx=Nkoo}\\p{scx=Mong}\\p{scx=Deva}\\p{scx=Beng}\\p{scx=Guru}\\p{scx=Gujr}\\p{scx=Orya}\\p{scx=Taml}' +
  '\\p{scx=Telu}\\p{scx=Knda}\\p{scx=Mlym}\\p{scx=Sinh}\\p{scx=Tibt}\\p{scx=Khmr}\\p{scx=Mymr}]';
// Scripts without spaces between words: there U+200B says where a line may break.
const UNSPACED = '[\\p{scx=Thai}\\p{scx=Laoo}\\p{scx=Khmr}\\p{scx=Mymr}\\p{scx=Tibt}\\p{scx=Hani}]';
const PICTURE = '\\p{Extended_Pictographic}[\\ufe0e\\ufe0f]?\\p{Emoji_Modifier}?';
// Spaces of typography: before a French colon, within numbers, in Japanese. Alone, between what is seen.
const SPACE = '(?<=[^\\s])[\\u00a0\\u2007\\u2009\\u202f\\u3000](?=[^\\s])';

/** Places where a hidden character does what it is for. */
const HONEST = new RegExp(
  [
    '\\p{RGI_Emoji}',
    `${PICTURE}(?:\\u200d${PICTURE})*`,
    '[0-9#*]\\ufe0f?\\u20e3',
    `(?<=(?:${JOINING})\\p{M}*)[\\u200c\\u200d](?=${JOINING})`,
    '(?<=\\p{scx=Arab})\\u200d(?![\\u200c\\u200d])',
    `(?<=[${JOINING}&&\\p{M}])\\u200d(?![\\u200c\\u200d])`,
    `(?<=${UNSPACED}\\p{M}*)\\u200b(?=${UNSPACED})`,
    '(?<=\\p{sc=Han})[\\u{e0100}-\\u{e01ef}]',
    '(?<=\\p{sc=Mong})[\\u180b-\\u180d\\u180f]',
    SPACE,
  ].join('|'),
  'gv',
);
const FLAG_LETTER = /[\u{1f1e6}-\u{1f1ff}]/gu;

const PLAIN = /^[\x20-\x7e\t\n]*$/;

interface Span {
  readonly from: number;
  readonly to: number;
}

/** What is hidden in a text, in its order. */
export function hiddenIn(text: string): Sign[] {
  if (PLAIN.test(text)) return [];
  const signs = [HIDDEN, STACKED, FLAG_LETTER].flatMap((pattern) =>
    [...text.matchAll(pattern)].map(({ 0: found, index }) => signOf(found, index)),
  );
  if (signs.length === 0) return [];
  const spans = [...text.matchAll(HONEST)].map(({ 0: found, index }) => ({ from: index, to: index + found.length }));
  return outside(
    spans,
    signs.sort((a, b) => a.at - b.at),
  );
}

/** The text without anything hidden, honest or not; odd spaces become plain ones. For names of files. */
export const withoutHidden = (text: string): string =>
  text
    .replace(/\p{Zs}/gu, ' ')
    .replace(HIDDEN, '')
    .replace(/[\t\n\r]/g, '');

const signOf = (found: string, at: number): Sign => ({ at, length: found.length, says: codeOf(found), kind: 'hidden' });

/** One walk over both: a text may be long, and hostile. */
function outside(spans: readonly Span[], signs: readonly Sign[]): Sign[] {
  let next = 0;
  let end = 0;
  return signs.filter(({ at, length }) => {
    while ((spans[next]?.to ?? Infinity) <= at) next += 1;
    const { from = Infinity, to = 0 } = spans[next] ?? {};
    const isNew = at >= end;
    const isHidden = isNew && !(from <= at && at < to);
    if (isHidden) end = at + length;
    return isHidden;
  });
}
