/** An amount; `units` is null when it cannot be read. */
export interface Amount {
  /** Minor units of the currency, 0 or more. */
  readonly units: bigint | null;
  readonly currency: string;
}

/** The running sum of a window. An amount that cannot be read, or a second currency, makes it unknown while it is inside. */
export class WindowSums {
  private unreadable = 0;
  private readonly totals = new Map<string, { units: bigint; items: number }>();

  add(amount: Amount): void {
    this.change(amount, 1);
  }

  remove(amount: Amount): void {
    this.change(amount, -1);
  }

  /** Minor units of the only currency; null when unknown, and when the window is empty. */
  total(): bigint | null {
    if (this.unreadable > 0 || this.totals.size !== 1) return null;
    for (const { units } of this.totals.values()) return units;
    return null;
  }

  private change({ units, currency }: Amount, by: 1 | -1): void {
    if (units === null) {
      this.unreadable += by;
      return;
    }
    const total = this.totals.get(currency) ?? { units: 0n, items: 0 };
    total.units = by === 1 ? total.units + units : total.units - units;
    total.items += by;
    if (total.items === 0) this.totals.delete(currency);
    else this.totals.set(currency, total);
  }
}
