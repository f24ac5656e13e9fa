import type { Money } from '@countersign/canonical';
import type { Entry } from './entries.js';
import { lineOf } from './entries.js';
import { WindowSums } from './window-sums.js';
import type { Counted } from './counted.js';

/** An entry as the log holds it. */
export interface PlacedEntry extends Entry {
  /** LogAppendTime, UTC epoch milliseconds. */
  readonly at_ms: number;
  readonly offset: number;
}

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

interface Line {
  readonly inside: { readonly at_ms: number; readonly amount: Money | null }[];
  readonly sums: WindowSums;
}

/** The answer that an action got, and the amount that it entered with. */
export interface Remembered {
  readonly counted: Counted;
  readonly amount: Money | null;
}

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
  private readonly lines = new Map<number, Map<string, Line>>();
  /** By line and action id, in log order. */
  private readonly remembered = new Map<string, Remembered>();
  private readonly options: Required<WindowFoldOptions>;

  constructor({ rememberMs = REMEMBER_MS, maxEntries = MAX_ENTRIES, sinceMs = -Infinity }: WindowFoldOptions = {}) {
    this.options = { rememberMs, maxEntries, sinceMs };
  }

  /** Answers an entry. A copy changes nothing and gets the first answer again. */
  enter(entry: PlacedEntry): Counted {
    this.nowMs = Math.max(this.nowMs, entry.at_ms);
    this.forget();
    const known = this.find(entry);
    if (known !== null) return known.counted;
    const counted = this.count(entry);
    this.remembered.set(idOf(entry), { counted, amount: entry.amount });
    return counted;
  }

  /** What an action got in its line, while it is remembered. */
  find(entry: Pick<Entry, 'tenant' | 'window' | 'key' | 'action_id'>): Remembered | null {
    return this.remembered.get(idOf(entry)) ?? null;
  }

  /** Lines and answers that are in memory. */
  get size(): { lines: number; answers: number } {
    const lines = [...this.lines.values()].reduce((total, { size }) => total + size, 0);
    return { lines, answers: this.remembered.size };
  }

  private count(entry: PlacedEntry): Counted {
    const { inside, sums } = this.lineFor(entry);
    inside.push({ at_ms: this.nowMs, amount: entry.amount });
    sums.add(entry.amount);
    this.trim({ inside, sums }, entry.window_ms);
    const whole = this.nowMs - entry.window_ms >= this.options.sinceMs;
    const known = whole && inside.length <= this.options.maxEntries;
    const counted = { count: known ? inside.length : null, sum: known ? sums.total() : null };
    // One more than the limit is never kept: the next entry finds the limit reached, or the window has moved on.
    if (inside.length > this.options.maxEntries) sums.remove(inside.shift()!.amount);
    return { ...counted, at_ms: this.nowMs, offset: entry.offset };
  }

  private lineFor(entry: PlacedEntry): Line {
    const lines = this.lines.get(entry.window_ms) ?? new Map<string, Line>();
    this.lines.set(entry.window_ms, lines);
    const name = lineOf(entry);
    const line = lines.get(name) ?? { inside: [], sums: new WindowSums() };
    lines.delete(name);
    lines.set(name, line);
    return line;
  }

  private trim({ inside, sums }: Line, windowMs: number): void {
    while (inside.length > 0 && inside[0]!.at_ms <= this.nowMs - windowMs) sums.remove(inside.shift()!.amount);
  }

  /** Frees what no later entry can ask for. */
  private forget(): void {
    for (const [id, { counted }] of this.remembered) {
      if (counted.at_ms > this.nowMs - this.options.rememberMs) break;
      this.remembered.delete(id);
    }
    for (const [windowMs, lines] of this.lines) {
      for (const [name, { inside }] of lines) {
        if ((inside.at(-1)?.at_ms ?? 0) > this.nowMs - windowMs) break;
        lines.delete(name);
      }
    }
  }
}

const idOf = (entry: Pick<Entry, 'tenant' | 'window' | 'key' | 'action_id'>): string =>
  `${lineOf(entry)}|${entry.action_id}`;
