import { minorDigits } from '@countersign/canonical';
import type { Money } from '@countersign/canonical';

/** An amount in minor units of its currency; exact. */
interface Amount {
  readonly currency: string;
  readonly units: bigint;
}

function unitsOf({ value, currency }: Money): bigint {
  const [whole = '0', decimals = ''] = value.split('.');
  return BigInt(whole + decimals.padEnd(minorDigits(currency), '0'));
}

/** All decimals of the currency, so that one sum has one text whatever it was added up from. */
function moneyOf({ currency, units }: Amount): Money {
  const scale = minorDigits(currency);
  const digits = units.toString().padStart(scale + 1, '0');
  return { value: scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`, currency };
}

/** The running sum of a window. An amount that cannot be read, or a second currency, makes it unknown while it is inside. */
export class WindowSums {
  private unreadable = 0;
  private readonly totals = new Map<string, { units: bigint; items: number }>();

  /** @param amount well-formed and not below zero, or null */
  add(amount: Money | null): void {
    this.change(amount, 1);
  }

  remove(amount: Money | null): void {
    this.change(amount, -1);
  }

  /** null when unknown, and when the window is empty. */
  total(): Money | null {
    const [only, ...others] = this.totals;
    if (this.unreadable > 0 || only === undefined || others.length > 0) return null;
    return moneyOf({ currency: only[0], units: only[1].units });
  }

  private change(amount: Money | null, by: 1 | -1): void {
    if (amount === null) {
      this.unreadable += by;
      return;
    }
    const total = this.totals.get(amount.currency) ?? { units: 0n, items: 0 };
    total.units += BigInt(by) * unitsOf(amount);
    total.items += by;
    if (total.items === 0) this.totals.delete(amount.currency);
    else this.totals.set(amount.currency, total);
  }
}
