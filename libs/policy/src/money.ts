import { addDecimal, parseMoney } from '@countersign/canonical';

// ISO 4217 has no currency with more than four minor digits.
const SCALE = 4;
// Up to 11 integer digits and 4 decimals are exact as a number; longer ones become a bigint. JavaScript compares the two exactly.
const SAFE_DIGITS = 15;

/** An exact amount in units of 10^-4 of its currency; what the money type of the expressions holds. */
export class MoneyValue {
  constructor(
    readonly currency: string,
    readonly units: number | bigint,
    /** The plain decimal string, as it was written. */
    readonly value: string,
  ) {}
}

/** Units of 10^-4 of a plain decimal string with at most four decimals. */
function unitsOf(decimal: string): number | bigint {
  const dot = decimal.indexOf('.');
  const decimals = dot < 0 ? 0 : decimal.length - dot - 1;
  const digits = (dot < 0 ? decimal : decimal.slice(0, dot) + decimal.slice(dot + 1)) + '0'.repeat(SCALE - decimals);
  return digits.length <= SAFE_DIGITS ? Number(digits) : BigInt(digits);
}

/** Reads `{ value, currency }`; null when it is not money of that currency in plain decimal form. */
export function readMoney(value: unknown, currency: string): MoneyValue | null {
  const money = parseMoney(value);
  return money !== null && money.currency === currency
    ? new MoneyValue(currency, unitsOf(money.value), money.value)
    : null;
}

/** Reads a bare JSON number as money; null when it is not finite or has more decimals than the currency. */
export function readBareMoney(value: unknown, currency: string): MoneyValue | null {
  if (typeof value !== 'number' || !Number.isFinite(value)) return null;
  return readMoney({ value: String(value), currency }, currency);
}

/** Exact sum of amounts of one currency. */
export function sumMoney(currency: string, amounts: readonly MoneyValue[]): MoneyValue {
  const value = amounts.reduce((total, amount) => addDecimal(total, amount.value), '0');
  return new MoneyValue(currency, unitsOf(value), value);
}

/** @throws RangeError when it is not money */
export function moneyLiteral(value: string, currency: string): MoneyValue {
  const money = readMoney({ value, currency }, currency);
  if (money === null) throw new RangeError(`"${value}" "${currency}" is not money`);
  return money;
}

/** `moneyLiteral` that reads each literal once: the conditions of a policy ask for theirs at every evaluation. */
export function rememberLiterals(): typeof moneyLiteral {
  const known = new Map<string, Map<string, MoneyValue>>();
  const learn = (value: string, currency: string): MoneyValue => {
    const money = moneyLiteral(value, currency);
    known.set(currency, (known.get(currency) ?? new Map<string, MoneyValue>()).set(value, money));
    return money;
  };
  return (value, currency) => known.get(currency)?.get(value) ?? learn(value, currency);
}

/** @throws RangeError when the currencies differ: amounts of two currencies have no order */
function compare(a: MoneyValue, b: MoneyValue): number {
  if (a.currency !== b.currency) throw new RangeError(`${a.currency} and ${b.currency} cannot be compared`);
  return a.units < b.units ? -1 : a.units > b.units ? 1 : 0;
}

/** The comparisons that the expression language gets for money. */
export const MONEY_OPERATORS: Readonly<Record<string, (a: MoneyValue, b: MoneyValue) => boolean>> = {
  '<': (a, b) => compare(a, b) < 0,
  '<=': (a, b) => compare(a, b) <= 0,
  '>': (a, b) => compare(a, b) > 0,
  '>=': (a, b) => compare(a, b) >= 0,
  '==': (a, b) => compare(a, b) === 0,
};
