/** Letters of other scripts that look like Latin ones, so that a word cannot hide behind them. */
const LOOK_ALIKES = new Map(
  [
    ...'аa вb еe кk мm нh оo рp сc тt уy хx іi јj ѕs ԁd ԛq ԝw һh ɑa ɡg ıi αa βb εe ιi κk νv οo ρp τt υu χx'.matchAll(
      /(\S)(\S)/gu,
    ),
  ].map(([, from = '', to = '']) => [from, to] as const),
);

const BEYOND_ASCII = /[\x80-\uffff]/;
const LETTERS_BEYOND_ASCII = /[\u0080-\u{10ffff}]/gu;
const UNSEEN = /[\p{M}\p{Cf}]/gu;
const WORD = /[\p{L}\p{N}]+/gu;
// Scripts that put no space between words: their keywords are looked for anywhere.
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;
const MAX_WORDS = 10;

/** Text without what a reader does not see: case, width, accents, invisible characters, look-alike letters. */
export function foldText(text: string): string {
  if (!BEYOND_ASCII.test(text)) return text.toLowerCase();
  const plain = text.normalize('NFKC').toLowerCase().normalize('NFKD').replace(UNSEEN, '');
  return plain.replace(LETTERS_BEYOND_ASCII, (letter) => LOOK_ALIKES.get(letter) ?? letter);
}

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

/**
 * Whether a text has one of the keywords as whole words. `*` at the end of a keyword lets its last word go on. Case,
 * width, accents, invisible characters and look-alike letters do not matter. Takes time linear in the text.
 */
export function rememberKeywords(): (text: string, keywords: readonly string[]) => boolean {
  const known = new Map<string, Filter>();
  return (text, keywords) => {
    const key = keywords.join('\n');
    const filter = known.get(key) ?? filterOf(keywords);
    if (!known.has(key)) known.set(key, filter);
    return matches(filter, text);
  };
}
