import { foldText, isPlainText } from '@countersign/canonical';

const WORD = /[\p{L}\p{N}]+/gu;
// Scripts that put no space between words: their keywords are looked for anywhere.
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;
const MAX_WORDS = 10;

const wordsOf = (folded: string): readonly string[] => folded.match(WORD) ?? [];

interface Pattern {
  readonly words: readonly string[];
  /** The last word may go on. */
  readonly open: boolean;
}

/** Keywords ready to be looked for: by their first word, and by the beginning of their only word. */
interface Filter {
  readonly phrases: ReadonlyMap<string, readonly Pattern[]>;
  readonly beginnings: ReadonlySet<string>;
  readonly lengths: readonly number[];
  readonly anywhere: readonly string[];
}

/** What is wrong with a keyword, or null. */
export function keywordFault(keyword: string): string | null {
  const words = wordsOf(foldText(keyword));
  if (words.length === 0) return 'expected a keyword with a letter or a digit';
  return words.length > MAX_WORDS ? `expected at most ${MAX_WORDS} words in a keyword` : null;
}

function filterOf(keywords: readonly string[]): Filter {
  const phrases = new Map<string, Pattern[]>();
  const [beginnings, anywhere] = [new Set<string>(), new Set<string>()];
  for (const keyword of keywords) {
    const [words, open] = [wordsOf(foldText(keyword)), keyword.endsWith('*')];
    const [first = ''] = words;
    if (UNSPACED.test(keyword)) anywhere.add(words.join(''));
    else if (open && words.length === 1) beginnings.add(first);
    else phrases.set(first, [...(phrases.get(first) ?? []), { words, open }]);
  }
  const lengths = [...new Set([...beginnings].map((word) => word.length))];
  return { phrases, beginnings, lengths, anywhere: [...anywhere] };
}

const fits = ({ words, open }: Pattern, text: readonly string[], at: number): boolean =>
  words.every((word, index) => {
    const found = text[at + index] ?? '';
    return open && index === words.length - 1 ? found.startsWith(word) : found === word;
  });

function matches({ phrases, beginnings, lengths, anywhere }: Filter, text: string): boolean {
  const words = wordsOf(foldText(text));
  const solid = anywhere.length > 0 ? words.join('') : '';
  return (
    anywhere.some((keyword) => solid.includes(keyword)) ||
    words.some(
      (word, at) =>
        phrases.get(word)?.some((pattern) => fits(pattern, words, at)) ||
        lengths.some((length) => beginnings.has(word.slice(0, length))),
    )
  );
}

// What draws nothing between two letters of a page: a tag, and a soft hyphen or joiner by name.
const MARKUP = /<[^<>]*>|&(?:shy|zwnj|zwj|lrm|rlm|ZeroWidthSpace|NoBreak|ic|it);/g;
const REFERENCE = /&#(?:([0-9]{1,7})|[xX]([0-9a-fA-F]{1,6}));/g;
const EMPHASIS = /(?<=[\p{L}\p{N}])(?:\*\*?|__|~~|`)(?=[\p{L}\p{N}])/gu;
const MAX_CODE = 0x10ffff;

const character = (whole: string, decimal: string | undefined, hex: string | undefined): string => {
  const code = decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal);
  return code <= MAX_CODE ? String.fromCodePoint(code) : whole;
};

/** A text as a page or a chat would draw it; null where it has no markup. */
export function drawn(text: string): string | null {
  const plain = text.replace(REFERENCE, character).replace(MARKUP, '').replace(EMPHASIS, '');
  return plain === text ? null : plain;
}

const MAX_READ = 50_000;

/** Nobody is sure of a text with signs, nor of a very long one in other than plain letters. */
const isSure = (text: string): boolean =>
  /^[\x09\x0a\x0d\x20-\x7e]*$/.test(text) || (text.length <= MAX_READ && isPlainText(text));

/**
 * Whether a text has one of the keywords as whole words. `*` at the end of a keyword lets its last word go on. Case,
 * width, accents, invisible characters, look-alike letters and markup do not matter. Takes time linear in the text.
 * @throws Error where none was found in a text that cannot be read surely: the answer is unknown
 */
export function rememberKeywords(): (text: string, keywords: readonly string[]) => boolean {
  const known = new Map<string, Filter>();
  return (text, keywords) => {
    const key = keywords.join('\n');
    const filter = known.get(key) ?? filterOf(keywords);
    if (!known.has(key)) known.set(key, filter);
    const plain = drawn(text);
    if (matches(filter, text) || (plain !== null && matches(filter, plain))) return true;
    if (isSure(text) && (plain === null || isSure(plain))) return false;
    throw new Error('the text has hidden characters or letters that look like others, so no keyword is surely absent');
  };
}
