import { inText, jsonText, printable, visibleText } from '@countersign/canonical';
import type { Shown } from '@countersign/canonical';

/** One cell; null and undefined print as a dash. What others may write as they like is shown with its type and quoted. */
export type Cell = string | number | boolean | null | undefined | Shown;

/** What others wrote is one line of visible text, so that no value can print a line or a command of its own. */
function text(cell: Cell): string {
  if (cell === null || cell === undefined || cell === '') return '–';
  return typeof cell === 'object' ? inText(cell) : visibleText(String(cell));
}
const width = (cell: string): number => [...cell].length;
const pad = (cell: string, columns: number): string => cell + ' '.repeat(Math.max(0, columns - width(cell)));

/** Cells side by side, padded to `widths` columns; a longer one pushes the rest. */
export const line = (cells: readonly string[], widths: readonly number[]): string =>
  cells
    .map((cell, column) => pad(cell, widths[column] ?? 0))
    .join('  ')
    .trimEnd();

/** A table of aligned columns under a ruled header; an empty one says so. */
export function table(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  if (rows.length === 0) return '(none)';
  const lines = [header, ...rows].map((row) => row.map(text));
  const widths = header.map((_name, column) => Math.max(...lines.map((cells) => width(cells[column] ?? ''))));
  const [head = [], ...body] = lines.map((cells) => line(cells, widths));
  return [head, widths.map((columns) => '─'.repeat(columns)).join('  '), ...body].join('\n');
}

/** Name and value per line; names are aligned. */
export function list(entries: readonly (readonly [name: string, value: Cell])[]): string {
  const widest = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `${pad(name, widest)}  ${text(value)}`).join('\n');
}

export const printLine = (text: string): void => void process.stdout.write(`${printable(text)}\n`);
/** The same value, with hidden characters as JSON writes them in ASCII. */
export const printJson = (value: unknown): void => void process.stdout.write(`${jsonText(value)}\n`);

/** `value` as JSON with `--json`, else as `human` renders it. */
export function show<T>(json: boolean | undefined, value: T, human: (value: T) => string): void {
  if (json === true) printJson(value);
  else printLine(human(value));
}

/** "3/4 (75.0 %)"; no percentage when nothing was counted. */
export function ratio(rate: { k: number; n: number }): string {
  return rate.n === 0 ? '0/0' : `${rate.k}/${rate.n} (${((100 * rate.k) / rate.n).toFixed(1)} %)`;
}
