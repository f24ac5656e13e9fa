import { currencyOf, fromMinorUnits, parseMoney } from '@countersign/canonical';
import type { Money } from '@countersign/canonical';
import type { PolicyAction } from './action.js';
import type { FactDeclaration } from './document.js';
import { moneyLiteral, readMoney, sumMoney } from './money.js';
import type { MoneyValue } from './money.js';
import { MAX_ELEMENTS, tokensOf, valueAt } from './pointer.js';

type MoneyFact = Extract<FactDeclaration, { type: 'money' }>;

const CURRENCY_NAME = /currency/i;

const isCurrency = (stated: unknown, currency: string): boolean =>
  typeof stated === 'string' && currencyOf(stated) === currency;

/** Whether a member beside a bare number says that it is of another currency, such as `currency` or `amount_currency`. */
const saysAnother = (holder: unknown, currency: string): boolean =>
  typeof holder === 'object' &&
  holder !== null &&
  Object.entries(holder).some(
    ([name, stated]) => CURRENCY_NAME.test(name) && stated !== null && !isCurrency(stated, currency),
  );

/** The amount as it is stated, in the currency of the fact; null when it is none. */
function statedMoney(raw: unknown, { currency, bare_number, currency_at }: MoneyFact): Money | null {
  if (!bare_number && currency_at === undefined) return parseMoney(raw);
  if (typeof raw === 'number') return parseMoney({ value: String(raw), currency });
  return typeof raw === 'string' && currency_at !== undefined ? parseMoney({ value: raw, currency }) : null;
}

/** Reads one amount within the bounds of the fact. @throws RangeError when a bound is not money of its currency */
function reader(fact: MoneyFact): (raw: unknown) => MoneyValue | null {
  const { currency, min, above, minor_units } = fact;
  const least = min === undefined ? null : moneyLiteral(min, currency);
  const floor = above === undefined ? null : moneyLiteral(above, currency);
  return (raw) => {
    const stated = statedMoney(raw, fact);
    const money = readMoney(stated !== null && minor_units ? fromMinorUnits(stated) : stated, currency);
    if (money === null || (least && money.units < least.units) || (floor && money.units <= floor.units)) return null;
    return money;
  };
}

/** Whether nothing around the amount says another currency; a place that must say the currency says it. */
function currencyCheck({ at, bare_number, currency, currency_at }: MoneyFact): (action: PolicyAction) => boolean {
  if (currency_at !== undefined) {
    const tokens = tokensOf(currency_at);
    return (action) => isCurrency(valueAt(action, tokens), currency);
  }
  const holder = tokensOf(at).slice(0, -1);
  return bare_number ? (action) => !saysAnother(valueAt(action, holder), currency) : () => true;
}

/** @throws RangeError when a bound is not money of its currency */
export function parseMoneyFact(fact: MoneyFact): (raw: unknown, action: PolicyAction) => MoneyValue | null {
  const { currency, bare_number, currency_at, each, fold } = fact;
  const one = reader(fact);
  const isOf = currencyCheck(fact);
  if (fold === undefined) return (raw, action) => (isOf(action) ? one(raw) : null);
  const tokens = each === undefined ? [] : tokensOf(each);
  const holder = tokens.slice(0, -1);
  const isBare = bare_number || currency_at !== undefined;
  const part = (element: unknown): MoneyValue | null =>
    isBare && saysAnother(valueAt(element, holder), currency) ? null : one(valueAt(element, tokens));
  return (raw, action) => {
    if (!Array.isArray(raw) || raw.length > MAX_ELEMENTS || !isOf(action)) return null;
    const amounts = raw.map(part);
    return amounts.every((amount) => amount !== null) ? sumMoney(currency, amounts) : null;
  };
}
