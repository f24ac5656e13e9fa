import { codeOf, hiddenIn, lookAlikesIn, wideIn } from '@countersign/canonical';

const WORD = /[\p{L}\p{M}\p{N}_]+/gu;
const STYLED = /^[\p{sc=Common}\p{sc=Latin}]/u;

/** The first character that no reader can see, and where; null when there is none. A mark at the very beginning is fine. */
export function invisibleIn(text: string): { at: number; message: string } | null {
  const found = hiddenIn(text).find(({ at }) => at > 0 || !text.startsWith('\ufeff'));
  return found === undefined ? null : { at: found.at, message: `expected no invisible character (${found.says})` };
}

/** What is wrong with a text in which letters stand that look like other ones; null when nothing is. */
export function lookAlikeIn(text: string): string | null {
  const all = [...wideIn(text), ...lookAlikesIn(text)].sort((a, b) => a.at - b.at);
  const found = all.find(({ at, length, says }) => says === codeOf(text.slice(at, at + length)));
  if (found === undefined) return null;
  const strange = text.slice(found.at, found.at + found.length);
  if (STYLED.test(strange)) return `expected plain letters, not ${codeOf(strange)}`;
  const word = [...text.matchAll(WORD)].find(({ 0: one, index }) => index + one.length > found.at)?.[0] ?? strange;
  return `expected words of one script: \`${word.slice(0, 40)}\` has ${codeOf(strange)}, which looks like a Latin letter`;
}
