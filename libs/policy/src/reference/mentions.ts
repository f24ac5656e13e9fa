import { foldText, signsIn } from '@countersign/canonical';
import { drawn } from '../keywords.js';

const LETTER = '[\\p{L}\\p{N}]';
const GAP = '[^\\p{L}\\p{N}]+';
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;

const wordsOf = (text: string): string[] => foldText(text).split(new RegExp(GAP, 'u')).filter(Boolean);

function isMentioned(text: string, keyword: string): boolean {
  const words = wordsOf(keyword);
  if (UNSPACED.test(keyword)) return wordsOf(text).join('').includes(words.join(''));
  const end = keyword.endsWith('*') ? '' : `(?!${LETTER})`;
  return new RegExp(`(?<!${LETTER})${words.join(GAP)}${end}`, 'u').test(foldText(text));
}

/**
 * Whether one of the keywords stands in the text, as it is written or as a page draws it; null when nobody can tell. What
 * two letters have in common to a reader is the production's table.
 */
export function mentions(text: string, keywords: readonly string[]): boolean | null {
  const forms = [text, drawn(text) ?? text];
  if (forms.some((form) => keywords.some((keyword) => isMentioned(form, keyword)))) return true;
  return forms.every((form) => signsIn(form).length === 0) ? false : null;
}
