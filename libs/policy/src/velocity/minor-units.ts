import { minorDigits } from '@countersign/canonical';
import type { Money } from '@countersign/canonical';

/** Well-formed money in minor units of its currency; exact. */
export function unitsOf({ value, currency }: Money): bigint {
  const dot = value.indexOf('.');
  const digits = minorDigits(currency);
  return dot < 0
    ? BigInt(value + '0'.repeat(digits))
    : BigInt(value.slice(0, dot) + value.slice(dot + 1).padEnd(digits, '0'));
}

/** With all decimals of the currency, so that one amount has one text. @param units 0 or more */
export function moneyOf(units: bigint, currency: string): Money {
  const scale = minorDigits(currency);
  const digits = units.toString().padStart(scale + 1, '0');
  return { value: scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`, currency };
}
