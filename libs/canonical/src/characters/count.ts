import { hiddenIn } from './hidden.js';

const segments = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Counting stops here, whatever the text. */
const MOST = 10_000;

/** How many characters a reader sees: hidden ones and spaces at the ends count nothing, a letter with its marks is one. 0 to 10,000. */
export function seenLength(text: string): number {
  let at = 0;
  const seen = hiddenIn(text).map((sign) => {
    const before = text.slice(at, sign.at);
    at = sign.at + sign.length;
    return before;
  });
  const shown = (seen.join('') + text.slice(at)).trim();
  return [...segments.segment(shown.slice(0, MOST))].length;
}
