import type { Money } from '@countersign/canonical';
import type { Counted } from './counted.js';
import type { PlacedEntry } from './entries.js';
import { moneyOf, unitsOf } from './minor-units.js';
import { WindowSums } from './window-sums.js';

/** An entry and its answer in one flat object: there are many of them. */
export class Kept {
  readonly action_id: string;
  readonly offset: number;
  readonly units: bigint | null;
  readonly currency: string;
  count: number | null = null;
  /** A known sum has the currency of the amount. */
  sum: bigint | null = null;

  constructor(
    { action_id, offset, amount }: PlacedEntry,
    readonly at_ms: number,
    readonly line: WindowLine,
  ) {
    this.action_id = action_id;
    this.offset = offset;
    this.units = amount && unitsOf(amount);
    this.currency = amount?.currency ?? '';
  }

  amount(): Money | null {
    return this.units === null ? null : moneyOf(this.units, this.currency);
  }

  counted(): Counted {
    const { count, sum, currency, at_ms, offset } = this;
    return { count, sum: sum === null ? null : moneyOf(sum, currency), at_ms, offset };
  }
}

/** What is counted together: the entries inside the window, and the answers that are remembered. */
export class WindowLine {
  /** By action id. */
  readonly answers = new Map<string, Kept>();
  private readonly inside: Kept[] = [];
  private readonly sums = new WindowSums();

  constructor(private readonly windowMs: number) {}

  /**
   * Takes the next entry and answers it.
   * @param nowMs log time, UTC epoch milliseconds, never below an earlier one
   * @param limits the most entries that a window may hold, and the log time from which all were read
   */
  enter(entry: PlacedEntry, nowMs: number, limits: { maxEntries: number; sinceMs: number }): Kept {
    const kept = new Kept(entry, nowMs, this);
    this.inside.push(kept);
    this.sums.add(kept);
    this.trim(nowMs);
    const tooMany = this.inside.length > limits.maxEntries;
    if (!tooMany && nowMs - this.windowMs >= limits.sinceMs) {
      kept.count = this.inside.length;
      kept.sum = this.sums.total();
    }
    // One more than the limit is never kept: the next entry finds the limit reached, or the window has moved on.
    if (tooMany) this.dropFirst();
    this.answers.set(entry.action_id, kept);
    return kept;
  }

  /** Entries that are kept for the window. */
  get held(): number {
    return this.inside.length;
  }

  /** True when nothing is inside and nothing is remembered. */
  isOver(nowMs: number): boolean {
    return this.answers.size === 0 && (this.inside.at(-1)?.at_ms ?? -Infinity) <= nowMs - this.windowMs;
  }

  private trim(nowMs: number): void {
    while ((this.inside[0]?.at_ms ?? Infinity) <= nowMs - this.windowMs) this.dropFirst();
  }

  private dropFirst(): void {
    const first = this.inside.shift();
    if (first !== undefined) this.sums.remove(first);
  }
}
