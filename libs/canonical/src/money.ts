import { CURRENCIES } from './currencies.js';
import { pointerTo } from './json.js';
import type { JsonValue } from './json.js';
import { labelFault } from './labels.js';

/** An amount: a plain decimal string, and an ISO 4217 code in upper case or another text as it was sent. Never a float. */
export interface Money {
  readonly value: string;
  readonly currency: string;
}

const PLAIN_DECIMAL = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/;
const MAX_DIGITS = 40;
/** Decimals of what is no ISO 4217 currency: as many as the common tokens have. */
const OTHER_DIGITS = 18;
/** Code points of a currency's text. */
const MAX_CURRENCY = 64;
const ASCII_CODE = /^[A-Za-z]{3}$/;

/** The ISO 4217 code in upper case, in whatever case it was sent; any other text as it is: it is like itself only. */
export function currencyOf(text: string): string {
  const code = ASCII_CODE.test(text) ? text.toUpperCase() : text;
  return CURRENCIES.has(code) ? code : text;
}

/** What is wrong with a currency's text, in a sentence; null when nothing is. It may have at most 64 characters. */
export const currencyFault = (text: string): string | null => labelFault(text, MAX_CURRENCY);

// ISO 4217, table A.1: the currencies whose minor unit is not two digits.
const MINOR_DIGITS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map((c) => [c, 0]),
  ),
  ...Object.fromEntries('BHD IQD JOD KWD LYD OMR TND'.split(' ').map((c) => [c, 3])),
  ...Object.fromEntries('CLF UYW'.split(' ').map((c) => [c, 4])),
};

/** Digits after the decimal point that a currency allows: 0 to 4 by ISO 4217, 18 for any other text. */
export const minorDigits = (currency: string): number =>
  MINOR_DIGITS[currency] ?? (CURRENCIES.has(currency) ? 2 : OTHER_DIGITS);

const fraction = (decimal: string): string => (decimal.includes('.') ? decimal.slice(decimal.indexOf('.') + 1) : '');

/** True when the value has the shape of money (exactly `value` and `currency`), well-formed or not. */
export const looksLikeMoney = (value: unknown): value is { value: unknown; currency: unknown } =>
  typeof value === 'object' &&
  value !== null &&
  Object.hasOwn(value, 'value') &&
  Object.hasOwn(value, 'currency') &&
  Object.keys(value).length === 2;

/** The value as money, or null when it is not: another shape, `1e2`, a number, more decimals than the currency has. */
export function parseMoney(value: unknown): Money | null {
  if (!looksLikeMoney(value)) return null;
  const { value: amount, currency } = value;
  if (typeof amount !== 'string' || typeof currency !== 'string' || amount.length > MAX_DIGITS) return null;
  if (!PLAIN_DECIMAL.test(amount) || currencyFault(currency) !== null) return null;
  const code = currencyOf(currency);
  return fraction(amount).length <= minorDigits(code) ? { value: amount, currency: code } : null;
}

/**
 * Looks everywhere in a value for what has the shape of money and is not: `1e2`, a number as `value`, too many decimals.
 * @param pointer RFC 6901 pointer of `value` within the body
 * @returns the pointer of the first such amount, or null
 */
export function findBadMoney(value: JsonValue, pointer: string): string | null {
  const path = pathToBadMoney(value);
  return path === null ? null : path.reduceRight<string>(pointerTo, pointer);
}

/** Names and indexes on the way to it, the last one first: most values hold none, and then no pointer is made. */
function pathToBadMoney(value: JsonValue): string[] | null {
  if (typeof value !== 'object' || value === null) return null;
  if (looksLikeMoney(value)) return parseMoney(value) === null ? [] : null;
  for (const key in value) {
    const member = (value as { readonly [key: string]: JsonValue })[key] ?? null;
    const path = typeof member === 'object' ? pathToBadMoney(member) : null;
    if (path !== null) return [...path, key];
  }
  return null;
}

/** The decimal as an integer of `10^-scale` units. */
const scaled = (decimal: string, scale: number): bigint =>
  BigInt(decimal.replace('.', '') + '0'.repeat(scale - fraction(decimal).length));

/** Compares two plain decimal strings exactly: "100" equals "100.00". */
export function compareDecimal(a: string, b: string): -1 | 0 | 1 {
  const scale = Math.max(fraction(a).length, fraction(b).length);
  const left = scaled(a, scale);
  const right = scaled(b, scale);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Exact sum of two plain decimal strings, with the finer of the two scales. */
export function addDecimal(a: string, b: string): string {
  const scale = Math.max(fraction(a).length, fraction(b).length);
  return plain(scaled(a, scale) + scaled(b, scale), scale);
}

/** Units of `10^-scale` as a plain decimal with that many decimals. */
function plain(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return units < 0n ? `-${text}` : text;
}

/**
 * An amount that was stated in the smallest unit of its currency, such as 9000 cents, as 90.00.
 * @returns null when it is no whole number, and for what is no ISO 4217 currency: nobody knows its smallest unit
 */
export function fromMinorUnits({ value, currency }: Money): Money | null {
  if (value.includes('.') || !CURRENCIES.has(currency)) return null;
  return { value: plain(BigInt(value), minorDigits(currency)), currency };
}
