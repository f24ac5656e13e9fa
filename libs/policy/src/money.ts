import { addDecimal, minorDigits, parseMoney } from '@countersign/canonical';

// Up to 15 digits are exact as a number; longer ones become a bigint. JavaScript compares the two exactly.
const SAFE_DIGITS = 15;

/** An exact amount in the smallest units of its currency (10^-18 of what is no ISO 4217 currency); what the money type of the expressions holds. */
export class MoneyValue {
  constructor(
    readonly currency: string,
    readonly units: number | bigint,
    /** The plain decimal string, as it was written. */
    readonly value: string,
  ) {}
}

/** Smallest units of a plain decimal string that has at most the decimals of the currency. */
function unitsOf(decimal: string, currency: string): number | bigint {
  const dot = decimal.indexOf('.');
  const decimals = dot < 0 ? 0 : decimal.length - dot - 1;
  const digits =
    (dot < 0 ? decimal : decimal.slice(0, dot) + decimal.slice(dot + 1)) + '0'.repeat(minorDigits(currency) - decimals);
  return digits.length <= SAFE_DIGITS ? Number(digits) : BigInt(digits);
}

/** Reads `{ value, currency }`; null when it is not money of that currency in plain decimal form. */
export function readMoney(value: unknown, currency: string): MoneyValue | null {
  const money = parseMoney(value);
  return money !== null && money.currency === currency
    ? new MoneyValue(currency, unitsOf(money.value, currency), money.value)
    : null;
}

/** Exact sum of amounts of one currency. */
export function sumMoney(currency: string, amounts: readonly MoneyValue[]): MoneyValue {
  const value = amounts.reduce((total, amount) => addDecimal(total, amount.value), '0');
  return new MoneyValue(currency, unitsOf(value, currency), value);
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
