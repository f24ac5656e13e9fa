import { reorderedIn } from './direction.js';
import { hiddenIn } from './hidden.js';
import { lookAlikesIn } from './look-alike.js';
import { codeOf } from './sign.js';
import type { Sign } from './sign.js';

/** A stretch of a text as it is shown: what stands there, or a sign of ours. */
export interface Piece {
  readonly is: 'text' | 'sign';
  readonly text: string;
}

/** Everything in a text that is not read as it is, in its order. */
export const signsIn = (text: string): Sign[] =>
  [...hiddenIn(text), ...lookAlikesIn(text), ...reorderedIn(text)].sort((a, b) => a.at - b.at);

/** True when a reader surely reads what is written. */
export const isPlainText = (text: string): boolean => signsIn(text).length === 0;

// The signs' own brackets, so that no text can spell one.
const BRACKET = /[⟦⟧]/gu;
const brackets = (text: string): Sign[] =>
  [...text.matchAll(BRACKET)].map(({ 0: found, index }) => ({
    at: index,
    length: 1,
    says: codeOf(found),
    kind: 'hidden',
  }));

/** Letters, or digits alone: most names. There is nothing in them to look for. */
const PLAIN_NAME = /^(?:[A-Za-z_ .-]*|[0-9]+)$/;

/** A text in pieces, with a sign where something is hidden or looks like something else. */
export function piecesOf(text: string): Piece[] {
  if (PLAIN_NAME.test(text)) return text === '' ? [] : [{ is: 'text', text }];
  const pieces: Piece[] = [];
  let at = 0;
  const copy = (to: number): void => {
    if (to > at) pieces.push({ is: 'text', text: text.slice(at, to) });
    at = Math.max(at, to);
  };
  for (const sign of [...signsIn(text), ...brackets(text)].sort((a, b) => a.at - b.at)) {
    copy(sign.kind === 'look_alike' ? sign.at + sign.length : sign.at);
    pieces.push({ is: 'sign', text: sign.says });
    if (sign.kind === 'hidden') at = Math.max(at, sign.at + sign.length);
  }
  copy(text.length);
  return pieces;
}

/** What stays of a whole print of many lines: no control or hidden character, whoever wrote it. */
export function printable(text: string, sign = (character: string): string => `⟦${codeOf(character)}⟧`): string {
  let at = 0;
  const parts = hiddenIn(text).map((found) => {
    const before = text.slice(at, found.at);
    at = found.at + found.length;
    return before + [...text.slice(found.at, at)].map(sign).join('');
  });
  return parts.join('') + text.slice(at);
}

const escape = (character: string): string =>
  character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');

/** A value as JSON of many lines; hidden characters are written as their escapes. */
export const jsonText = (value: unknown): string => printable(JSON.stringify(value, null, 2) ?? 'null', escape);

const LINE_ENDS = /[\t\n\r]/gu;

/** A text that others wrote as one visible line, for places without markup: each sign stands in ⟦ ⟧. */
export const visibleText = (text: string): string =>
  piecesOf(text)
    .map((piece) =>
      piece.is === 'sign' ? `⟦${piece.text}⟧` : piece.text.replace(LINE_ENDS, (one) => `⟦${codeOf(one)}⟧`),
    )
    .join('');
