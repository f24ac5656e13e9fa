import { Lexer } from 'yaml';

/** Deeper than any policy needs. The parser is recursive: thousands of levels would end the process, not throw. */
const MAX_DEPTH = 24;
const MAX_INDENT = 120;

const OPENS = new Set(['[', '{']);
const CLOSES = new Set([']', '}']);
// Indicators that open one more block collection each on the same line, as in `- - - x`.
const COMPACT = new Set(['-', '?', ':']);

/** Offset of the first place that is nested too deeply, or null. Reads tokens only, so its own depth is constant. */
export function tooDeepAt(text: string): number | null {
  let [offset, flow, compact, lineStart] = [0, 0, 0, true];
  for (const token of new Lexer().lex(text)) {
    if (OPENS.has(token)) flow += 1;
    if (CLOSES.has(token)) flow = Math.max(flow - 1, 0);
    if (flow === 0 && COMPACT.has(token)) compact += 1;
    const indent = lineStart && /^ +$/.test(token) ? token.length : 0;
    if (flow > MAX_DEPTH || compact > MAX_DEPTH || indent > MAX_INDENT) return offset;
    lineStart = token.endsWith('\n');
    if (lineStart) compact = 0;
    // The lexer's own marks (start of a document, of a scalar, of flow mode) stand for no text.
    if (text.startsWith(token, offset)) offset += token.length;
  }
  return null;
}
