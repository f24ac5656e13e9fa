import { mentions } from './mentions.js';
import type { Tree } from './syntax.js';

/** Money as the reference sees it: whole units of 10^-18 of a currency. */
export interface PlainMoney {
  readonly currency: string;
  readonly units: bigint;
}

export type Plain = string | number | bigint | boolean | PlainMoney | readonly Plain[];

/** A fact that cannot be told. It is an answer like any other: what rests on it cannot be told either. */
export const UNKNOWN = Symbol('unknown');
export type Told = Plain | typeof UNKNOWN;

/** Values by name: `amount`, `velocity.refunds`, `present.method`. A name that is absent is unknown. */
export type Names = ReadonlyMap<string, Told>;

const isMoney = (value: Plain): value is PlainMoney => typeof value === 'object' && 'units' in value;

/** Below 0, 0, above 0; NaN where the two have no order. Numbers and big integers compare exactly. */
function order(left: Plain, right: Plain): number {
  if (isMoney(left) && isMoney(right)) return left.currency === right.currency ? order(left.units, right.units) : NaN;
  if (typeof left === 'object' || typeof right === 'object') return NaN;
  return left < right ? -1 : left > right ? 1 : 0;
}

function same(left: Plain, right: Plain): boolean {
  if (!Array.isArray(left) || !Array.isArray(right)) return order(left, right) === 0;
  return left.length === right.length && left.every((item, index) => same(item as Plain, right[index] as Plain));
}

function compare(operator: string, left: Plain, right: Plain): Told {
  if (operator === 'in') return Array.isArray(right) && right.some((item: Plain) => same(left, item));
  if (operator === '==') return same(left, right);
  if (operator === '!=') return !same(left, right);
  const found = order(left, right);
  if (Number.isNaN(found)) return UNKNOWN;
  return operator === '<' ? found < 0 : operator === '<=' ? found <= 0 : operator === '>' ? found > 0 : found >= 0;
}

const DECIMALS = 18;

/** Units of 10^-18 of a plain decimal with at most 18 decimals. */
export function unitsOf(decimal: string): bigint {
  const [whole = '', decimals = ''] = decimal.split('.');
  return BigInt(whole + decimals.padEnd(DECIMALS, '0'));
}

export const lowerAscii = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

type Function = (...args: readonly Plain[]) => Told;
const text = (value: Plain | undefined): string => (typeof value === 'string' ? value : '');
const sizeOf = (value: Plain | undefined): number => (Array.isArray(value) ? value.length : [...text(value)].length);

const FUNCTIONS: Readonly<Record<string, Function>> = {
  money: (amount, currency) => ({ currency: text(currency), units: unitsOf(text(amount)) }),
  size: sizeOf,
  contains: (whole, part) => text(whole).includes(text(part)),
  startsWith: (whole, part) => text(whole).startsWith(text(part)),
  endsWith: (whole, part) => text(whole).endsWith(text(part)),
  mentions: (whole, keywords) => mentions(text(whole), keywords as readonly string[]) ?? UNKNOWN,
  lowerAscii: (whole) => lowerAscii(text(whole)),
};

/** How many elements answer yes, and how many cannot be told. */
type Macro = (yes: number, unknown: number, all: number) => Told;
const MACROS: Readonly<Record<string, Macro>> = {
  exists: (yes, unknown) => (yes > 0 ? true : unknown > 0 ? UNKNOWN : false),
  all: (yes, unknown, all) => (yes + unknown < all ? false : unknown > 0 ? UNKNOWN : true),
  exists_one: (yes, unknown) => (unknown > 0 ? UNKNOWN : yes === 1),
};

function answerMacro(macro: Macro, call: Tree & { is: 'call' }, names: Names): Told {
  const list = call.of === null ? UNKNOWN : answer(call.of, names);
  const [variable, question] = call.args;
  if (!Array.isArray(list) || variable?.is !== 'name' || question === undefined) return UNKNOWN;
  const answers = list.map((item: Plain) => answer(question, new Map(names).set(variable.name, item)));
  const count = (wanted: Told): number => answers.filter((one) => one === wanted).length;
  return macro(count(true), count(UNKNOWN), answers.length);
}

function answerCall(call: Tree & { is: 'call' }, names: Names): Told {
  const macro = call.of === null ? undefined : MACROS[call.name];
  if (macro) return answerMacro(macro, call, names);
  const args = [...(call.of === null ? [] : [call.of]), ...call.args].map((one) => answer(one, names));
  const called = FUNCTIONS[call.name];
  return called === undefined || args.includes(UNKNOWN) ? UNKNOWN : called(...(args as Plain[]));
}

/** Kleene's logic: a known `false` settles "both", a known `true` settles "either", whatever the other side is. */
function answerPair({ is, left, right }: Tree & { is: 'both' | 'either' }, names: Names): Told {
  const sides = [answer(left, names), answer(right, names)];
  const settles = is === 'either';
  if (sides.includes(settles)) return settles;
  return sides.includes(UNKNOWN) ? UNKNOWN : !settles;
}

/** What a condition says of an action: yes, no, or that it cannot be told. */
export function answer(tree: Tree, names: Names): Told {
  switch (tree.is) {
    case 'value':
      return tree.value;
    case 'name':
      return names.get(tree.name) ?? UNKNOWN;
    case 'member':
      return tree.of.is === 'name' ? (names.get(`${tree.of.name}.${tree.name}`) ?? UNKNOWN) : UNKNOWN;
    case 'list': {
      const items = tree.items.map((item) => answer(item, names));
      return items.includes(UNKNOWN) ? UNKNOWN : (items as Plain[]);
    }
    case 'not': {
      const inner = answer(tree.of, names);
      return inner === UNKNOWN ? UNKNOWN : inner !== true;
    }
    case 'choose': {
      const when = answer(tree.when, names);
      return when === UNKNOWN ? UNKNOWN : answer(when === true ? tree.then : tree.otherwise, names);
    }
    case 'both':
    case 'either':
      return answerPair(tree, names);
    case 'compare': {
      const left = answer(tree.left, names);
      const right = answer(tree.right, names);
      return left === UNKNOWN || right === UNKNOWN ? UNKNOWN : compare(tree.operator, left, right);
    }
    case 'call':
      return answerCall(tree, names);
  }
}
