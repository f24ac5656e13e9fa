import type { Money } from '@countersign/canonical';
import type { Counted } from './counted.js';
import type { Entry, PlacedEntry } from './entries.js';
import { lineOf } from './entries.js';
import type { Kept } from './window-line.js';
import { WindowLine } from './window-line.js';

export interface WindowFoldOptions {
  /** How long an action id is remembered after its first entry, milliseconds. Default `REMEMBER_MS`. */
  readonly rememberMs?: number;
  /** Entries of one line that a window may hold; beyond it the answer is unknown. Default `MAX_ENTRIES`. */
  readonly maxEntries?: number;
  /** Log time from which every entry was read. A window that begins before it is unknown. Default: the whole log was read. */
  readonly sinceMs?: number;
}

/**
 * Less than the approval log remembers an action (8 days): whoever proposes a forgotten one again proposes a new one, and
 * it must count again.
 */
export const REMEMBER_MS = 7 * 86_400_000;
export const MAX_ENTRIES = 10_000;

/** The answer that an action got, and the amount that it entered with. */
export interface Remembered {
  readonly counted: Counted;
  readonly amount: Money | null;
}

type Place = Pick<Entry, 'tenant' | 'window' | 'window_ms' | 'key' | 'action_id'>;

/**
 * Counts the entries of one partition, in log order. A function of the entries alone, so every instance that has read
 * far enough back gives the same answers.
 *
 * Time is the largest log time so far. An entry at time t is answered by the entries of its line with a time above
 * t − window and at most t, itself included: one that is exactly a window old is outside.
 */
export class WindowFold {
  private nowMs = 0;
  /** Lines by length of their window; within a length, the line that was entered last comes last. */
  private readonly lines = new Map<number, Map<string, WindowLine>>();
  /** What is remembered, in log order from `oldest` on. */
  private kept: Kept[] = [];
  private oldest = 0;
  private readonly options: Required<WindowFoldOptions>;

  constructor({ rememberMs = REMEMBER_MS, maxEntries = MAX_ENTRIES, sinceMs = -Infinity }: WindowFoldOptions = {}) {
    this.options = { rememberMs, maxEntries, sinceMs };
  }

  /** Answers an entry. A copy changes nothing and gets the first answer again. */
  enter(entry: PlacedEntry): Counted {
    this.nowMs = Math.max(this.nowMs, entry.at_ms);
    this.forget();
    const known = this.answerOf(entry);
    if (known !== undefined) return known.counted();
    const kept = this.lineFor(entry).enter(entry, this.nowMs, this.options);
    this.kept.push(kept);
    return kept.counted();
  }

  /** What an action got in its line, while it is remembered. */
  find(place: Place): Remembered | null {
    const kept = this.answerOf(place);
    return kept === undefined ? null : { counted: kept.counted(), amount: kept.amount() };
  }

  /** What is in memory: lines, entries inside their windows, answers. */
  get size(): { lines: number; inside: number; answers: number } {
    const lines = [...this.lines.values()].flatMap((some) => [...some.values()]);
    const inside = lines.reduce((total, line) => total + line.held, 0);
    return { lines: lines.length, inside, answers: this.kept.length - this.oldest };
  }

  private answerOf(place: Place): Kept | undefined {
    return this.lines.get(place.window_ms)?.get(lineOf(place))?.answers.get(place.action_id);
  }

  private lineFor(entry: PlacedEntry): WindowLine {
    const lines = this.lines.get(entry.window_ms) ?? new Map<string, WindowLine>();
    this.lines.set(entry.window_ms, lines);
    const name = lineOf(entry);
    const line = lines.get(name) ?? new WindowLine(entry.window_ms);
    lines.delete(name);
    lines.set(name, line);
    return line;
  }

  /** Frees what no later entry can ask for. */
  private forget(): void {
    const { rememberMs } = this.options;
    for (let first = this.kept[this.oldest]; first && first.at_ms <= this.nowMs - rememberMs;) {
      first.line.answers.delete(first.action_id);
      first = this.kept[++this.oldest];
    }
    if (this.oldest > 1_000 && this.oldest * 2 > this.kept.length) {
      this.kept = this.kept.slice(this.oldest);
      this.oldest = 0;
    }
    for (const lines of this.lines.values()) {
      for (const [name, line] of lines) {
        if (!line.isOver(this.nowMs)) break;
        lines.delete(name);
      }
    }
  }
}
