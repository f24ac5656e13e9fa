import { parseMoney, pointerTo } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';

/** A member that has no members of its own; an amount and a list count as one. */
export interface Leaf {
  readonly value: JsonValue;
  /** What it is, as members of several actions are compared: numbers by their sign, money by its currency. */
  readonly kind: string;
  /** Its size as a plain decimal, for numbers and money. */
  readonly decimal: string | null;
}

export type Leaves = ReadonlyMap<string, Leaf>;

/** The leaves of a value by their RFC 6901 pointers. */
export function leavesOf(value: JsonValue, pointer = '', into = new Map<string, Leaf>()): Map<string, Leaf> {
  const members = membersOf(value);
  if (members === null) return into.set(pointer, leafOf(value));
  for (const [name, member] of Object.entries(members)) leavesOf(member, pointerTo(pointer, name), into);
  return into;
}

/** Which members there are below lists, as pointers with `*` for every element. */
export function listedOf(value: JsonValue, pointer = '', into = new Set<string>(), isListed = false): Set<string> {
  if (isListed) into.add(pointer);
  if (typeof value !== 'object' || value === null) return into;
  for (const [name, member] of Object.entries(value))
    listedOf(
      member,
      Array.isArray(value) ? `${pointer}/*` : pointerTo(pointer, name),
      into,
      isListed || Array.isArray(value),
    );
  return into;
}

function membersOf(value: JsonValue): { readonly [name: string]: JsonValue } | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || parseMoney(value) !== null) return null;
  return Object.keys(value).length === 0 ? null : value;
}

function leafOf(value: JsonValue): Leaf {
  const money = parseMoney(value);
  if (money !== null) return { value, kind: `money ${money.currency}${signOf(money.value)}`, decimal: money.value };
  if (typeof value === 'number') return { value, kind: `number${signOf(decimalOf(value))}`, decimal: decimalOf(value) };
  const kind = value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value;
  return { value, kind, decimal: null };
}

const signOf = (decimal: string): string =>
  decimal.startsWith('-') ? ' below 0' : /[1-9]/.test(decimal) ? ' above 0' : ' 0';

/** A number as a plain decimal; what is smaller than 10^-40 counts as 0. */
function decimalOf(value: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  return text.includes('e-') ? value.toFixed(40) : BigInt(value).toString();
}
