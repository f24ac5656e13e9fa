import type { Document } from 'yaml';
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Finding, PlacedFinding } from './finding.js';
import { heldName } from './words.js';

const NAMES = ['name', 'is'];

/** The element of a list with that name, or from which a rule of that name was written out. */
function elementNamed(list: { items: readonly unknown[] }, name: string): unknown {
  const named = (item: unknown, wanted: (given: string) => boolean): boolean =>
    isMap(item) && NAMES.some((key) => typeof item.get(key) === 'string' && wanted(String(item.get(key))));
  const own = list.items.find((item) => named(item, (given) => given === name));
  return own ?? list.items.find((item) => named(item, (given) => heldName(given) === name));
}

function stepInto(node: unknown, name: string): unknown {
  if (isMap(node)) return node.items.find(({ key }) => isScalar(key) && key.value === name);
  return isSeq(node) ? elementNamed(node, name) : undefined;
}

const valueOf = (found: unknown): unknown =>
  typeof found === 'object' && found !== null && 'key' in found && 'value' in found ? found.value : found;

const startOf = (found: unknown): number | null => {
  const node = typeof found === 'object' && found !== null && 'key' in found ? found.key : found;
  return isNode(node) && node.range ? node.range[0] : null;
};

/** Offset of the deepest part of the path that the file has. */
function offsetOf(document: Document, path: readonly string[]): number {
  let [node, offset]: [unknown, number] = [document.contents, 0];
  for (const name of path) {
    const found = stepInto(node, name);
    offset = startOf(found) ?? offset;
    node = valueOf(found);
    if (found === undefined) return offset;
  }
  return offset;
}

/** Adds to each finding its place in the file that the policy was loaded from. */
export function placeFindings(findings: readonly Finding[], text: string, file: string): PlacedFinding[] {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter });
  return findings.map((finding) => {
    const { line, col } = lineCounter.linePos(offsetOf(document, finding.path));
    return { ...finding, file, line: Math.max(line, 1), column: Math.max(col, 1) };
  });
}
