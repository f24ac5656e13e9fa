import type { Sign } from './sign.js';

// Letters that are written from right to left, and their marks and digits (Unicode Bidirectional Algorithm: R, AL, AN).
const RIGHT = '[\\u0590-\\u08ff\\ufb1d-\\ufdff\\ufe70-\\ufefc\\u{10800}-\\u{10fff}\\u{1e800}-\\u{1efff}]';
const RIGHT_TO_LEFT = new RegExp(RIGHT, 'u');
const RUNS = new RegExp(`${RIGHT}(?:[^A-Za-z0-9]*${RIGHT})*`, 'gu');
const FIRST = new RegExp(`${RIGHT}|[\\p{L}\\p{Nd}]`, 'u');
const MOVED = new RegExp(`(?<=${RIGHT}[^\\p{L}\\p{N}\\n]*)[\\p{Nd}]+`, 'gu');

export const isRightToLeft = (text: string): boolean => RIGHT_TO_LEFT.test(text);

/** Pieces of one direction each, in the order in which they are stored; drawn one after the other nothing moves. */
export function runsOf(text: string): { readonly text: string; readonly rightToLeft: boolean }[] {
  if (!RIGHT_TO_LEFT.test(text)) return [{ text, rightToLeft: false }];
  const runs: { text: string; rightToLeft: boolean }[] = [];
  let at = 0;
  for (const { 0: found, index } of text.matchAll(RUNS)) {
    if (index > at) runs.push({ text: text.slice(at, index), rightToLeft: false });
    runs.push({ text: found, rightToLeft: true });
    at = index + found.length;
  }
  return at < text.length ? [...runs, { text: text.slice(at), rightToLeft: false }] : runs;
}

/** Numbers that a reader sees before the letters which they follow: of a text that begins from left to right. */
export function reorderedIn(text: string): Sign[] {
  if (!RIGHT_TO_LEFT.test(text)) return [];
  const first = FIRST.exec(text)?.[0] ?? '';
  if (RIGHT_TO_LEFT.test(first)) return [];
  return [...text.matchAll(MOVED)]
    .filter(({ 0: number }) => !RIGHT_TO_LEFT.test(number))
    .map(({ 0: number, index }) => ({
      at: index,
      length: number.length,
      says: 'after right-to-left',
      kind: 'reordered',
    }));
}
