import type { JsonValue } from '@countersign/canonical';
import { minorDigits } from '@countersign/canonical';
import type { Fact } from '../facts.js';
import { tokensOf } from '../pointer.js';
import type { Stretch } from './line.js';
import { stretchesOf } from './line.js';
import type { AtomReads, Comparison, Literal } from './literals.js';

/** A raw value that stands for all values like it; `undefined` is an absent one. */
export interface Candidate {
  readonly raw: JsonValue | undefined;
  /** Where it stands on the number line; null for what has no order. */
  readonly stretch: Stretch | null;
  readonly label: string;
}

/** The values of a fact that matter to a policy. */
export interface Candidates {
  readonly values: readonly Candidate[];
  /** Writes a scaled value as the policy would. */
  readonly show: (value: bigint) => string;
  /** Every possible value is like one of these. */
  readonly exact: boolean;
}

type Declaration<T extends Fact['declaration']['type']> = Extract<Fact['declaration'], { type: T }>;

/** Numbers are told apart to this many decimals. */
const DECIMALS = 9;
/** Larger ones are looked for at random only. */
const HUGE = 1e15;
const PROBABILITY = { min: 0, max: 1 };
export const ENVIRONMENTS = ['production', 'canary', 'staging'];
const OTHER_TEXT = 'something else';

export function decimalOf(units: bigint, digits: number): string {
  const text = String(units < 0n ? -units : units).padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  return `${units < 0n ? '-' : ''}${whole}${digits > 0 ? `.${text.slice(-digits)}` : ''}`;
}

/** Whole minor units of a plain decimal; further decimals are cut. */
export function unitsOf(decimal: string, digits: number): bigint {
  const [whole = '0', decimals = ''] = decimal.replace('-', '').split('.');
  const units = BigInt(whole + decimals.slice(0, digits).padEnd(digits, '0'));
  return decimal.startsWith('-') ? -units : units;
}

const comparedWith = (fact: string, atoms: readonly AtomReads[]): Comparison[] =>
  atoms.flatMap(({ comparisons }) => comparisons.filter((one) => one.fact === fact));

/** Puts a value at the place of a list's element at which the fact reads. */
const nested = (value: JsonValue, tokens: readonly string[]): JsonValue =>
  tokens.reduceRight<JsonValue>((inner, token) => ({ [token]: inner }), value);

function moneyRaw(declaration: Declaration<'money'>): (value: string) => JsonValue {
  const { bare_number, minor_units, currency, currency_at, each, fold } = declaration;
  return (decimal) => {
    const value = minor_units ? String(unitsOf(decimal, minorDigits(currency))) : decimal;
    const money = bare_number || currency_at !== undefined ? Number(value) : { value, currency };
    return fold === undefined ? money : [nested(money, each === undefined ? [] : tokensOf(each))];
  };
}

function moneyCandidates(declaration: Declaration<'money'>, literals: readonly Literal[]): Candidates {
  const { currency, min, above } = declaration;
  const digits = minorDigits(currency);
  const show = (value: bigint): string => decimalOf(value, digits);
  const floor = above === undefined ? null : unitsOf(above, digits) + 1n;
  const points = literals.flatMap((one) => (typeof one === 'object' ? [unitsOf(one.value, digits)] : []));
  const least = min === undefined ? floor : unitsOf(min, digits);
  const stretches = stretchesOf({ points, min: least, max: null, reach: 10n ** BigInt(digits + 1) });
  const raw = moneyRaw(declaration);
  const values = stretches.map((stretch) => ({ raw: raw(show(stretch.sample)), stretch, label: show(stretch.sample) }));
  return { values, show: (value) => `${show(value)} ${currency}`, exact: true };
}

/** Bounds of a number; intake takes no confidence outside 0 to 1. */
export function boundsOf({ declaration, pointer }: Fact): { min?: number; max?: number } {
  const { min, max } = declaration as { min?: number; max?: number };
  return pointer === '/confidence' ? { min: min ?? PROBABILITY.min, max: max ?? PROBABILITY.max } : { min, max };
}

function numberCandidates(fact: Fact, literals: readonly Literal[]): Candidates {
  const digits = fact.declaration.type === 'int' ? 0 : DECIMALS;
  const scaled = (value: number): bigint => unitsOf(value.toFixed(digits), digits);
  const show = (value: bigint): string => String(Number(decimalOf(value, digits)));
  const numbers = literals.flatMap((one) => (typeof one === 'number' || typeof one === 'bigint' ? [Number(one)] : []));
  const known = numbers.filter((one) => Math.abs(one) < HUGE);
  const { min, max } = boundsOf(fact);
  const stretches = stretchesOf({
    points: known.map(scaled),
    min: min === undefined ? null : scaled(Math.max(min, -HUGE)),
    max: max === undefined ? null : scaled(Math.min(max, HUGE)),
    reach: 10n ** BigInt(digits),
  });
  const values = stretches.map((stretch) => ({
    raw: Number(show(stretch.sample)),
    stretch,
    label: show(stretch.sample),
  }));
  return {
    values,
    show,
    exact: numbers.length === known.length && known.every((one) => Number(show(scaled(one))) === one),
  };
}

const enumerated = (values: readonly JsonValue[], exact: boolean): Candidates => ({
  values: values.map((raw) => ({ raw, stretch: null, label: JSON.stringify(raw) })),
  show: String,
  exact,
});

function textsOf(fact: Fact, atoms: readonly AtomReads[]): string[] {
  return [...new Set(atoms.filter(({ facts }) => facts.has(fact.name)).flatMap(({ texts }) => texts))];
}

/** One text that holds another beside the one that is looked for, as a list in one line or in several. */
const several = ([first]: readonly string[]): string[] =>
  first === undefined ? [] : [',', '\n'].flatMap((by) => [`${OTHER_TEXT}${by}${first}`, `${first}${by}${OTHER_TEXT}`]);

function stringCandidates(fact: Fact, atoms: readonly AtomReads[]): Candidates {
  const { one_of } = fact.declaration as Declaration<'string'>;
  const known = fact.pointer === '/environment' ? ENVIRONMENTS : one_of;
  if (known !== undefined) return enumerated(known, true);
  const texts = textsOf(fact, atoms);
  // One text may contain several of those that are looked for.
  const partly = atoms.some(({ facts, exact }) => facts.has(fact.name) && !exact);
  const joined = partly && texts.length > 1 ? [texts.join(' ')] : [];
  return enumerated([...new Set([OTHER_TEXT, ...texts, ...joined, ...(partly ? several(texts) : [])])], true);
}

function stringsCandidates(fact: Fact, atoms: readonly AtomReads[]): Candidates {
  const texts = textsOf(fact, atoms);
  const one = [[OTHER_TEXT], [], ...[...texts, ...several(texts)].map((text) => [text])];
  const lists = [...one, ...(texts.length > 1 ? [texts] : []), ...texts.slice(0, 1).map((text) => [text, OTHER_TEXT])];
  return enumerated(lists, false);
}

/** The values of a fact at which the answer of some atom may change, and one for each stretch between them. */
export function candidatesOf(fact: Fact, atoms: readonly AtomReads[]): Candidates {
  const { declaration, name } = fact;
  const literals = comparedWith(name, atoms).map(({ literal }) => literal);
  switch (declaration.type) {
    case 'money':
      return moneyCandidates(declaration, literals);
    case 'number':
    case 'int':
      return numberCandidates(fact, literals);
    case 'bool':
      return enumerated([false, true], true);
    case 'string':
      return stringCandidates(fact, atoms);
    case 'strings':
      return stringsCandidates(fact, atoms);
  }
}
