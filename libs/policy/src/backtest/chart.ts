import type { BacktestResult } from './backtest.js';
import { WAYS } from './standing.js';

const FULL = '█';
const PARTS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar in eighths of a column; what is not 0 shows at least the thinnest one. */
function bar(value: number, most: number, columns: number): string {
  const eighths = most === 0 ? 0 : Math.max(Math.round((value * columns * 8) / most), value > 0 ? 1 : 0);
  return FULL.repeat(eighths >> 3) + (PARTS[eighths & 7] ?? '');
}

/**
 * Bars of what runs by itself, waits and is denied, before and after.
 * @param columns width of the longest bar, 1 or more
 */
export function chartOf({ before, after }: Pick<BacktestResult, 'before' | 'after'>, columns = 40): string {
  const most = Math.max(...WAYS.flatMap((way) => [before[way], after[way]]));
  const line = (name: string, side: string, value: number): string =>
    `${name.padEnd(6)}  ${side.padEnd(6)}  ${bar(value, most, columns)} ${value}`;
  return WAYS.flatMap((way) => [line(way, 'before', before[way]), line('', 'after', after[way])]).join('\n');
}
