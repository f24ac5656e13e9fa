import { hiddenIn } from './hidden.js';

const segments = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Counting stops here, whatever the text. */
const MOST = 10_000;

/**
 * How many characters a reader sees: hidden ones and spaces at the ends count nothing, a letter with its marks is one.
 * @param most where counting stops: to find a letter costs far more than to read it. 1 to 10,000, the default
 */
export function seenLength(text: string, most = MOST): number {
  let at = 0;
  const seen = hiddenIn(text).map((sign) => {
    const before = text.slice(at, sign.at);
    at = sign.at + sign.length;
    return before;
  });
  const shown = (seen.join('') + text.slice(at)).trim();
  let count = 0;
  for (const _letter of segments.segment(shown.slice(0, MOST))) if ((count += 1) >= most) break;
  return count;
}
