import type { CelInput } from '@bufbuild/cel';
import { celEnv, celFunc, CelScalar, isCelError, listType, parse, plan } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import type { Ask } from '@countersign/policy';
import { UNKNOWN } from '@countersign/policy';

const WIDTH = 64;

/** An amount as text that sorts as the amounts do, also below zero: CEL integers are too short for every amount. */
function sortable(units: bigint): string {
  if (units >= 0n) return `1${String(units).padStart(WIDTH, '0')}`;
  return `0${String(10n ** BigInt(WIDTH) + units)}`;
}

function unitsOf(decimal: string): bigint {
  const [whole = '', decimals = ''] = decimal.split('.');
  return BigInt(whole + decimals.padEnd(18, '0'));
}

const money = celFunc('money', [CelScalar.STRING, CelScalar.STRING], CelScalar.STRING, (amount) =>
  sortable(unitsOf(amount)),
);
const words = (text: string): string =>
  ` ${(
    text
      .normalize('NFKD')
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? []
  ).join(' ')} `;
function isIn(text: string, keyword: string): boolean {
  const wanted = keyword.endsWith('*') ? words(keyword).trimEnd() : words(keyword);
  return words(text).includes(wanted);
}
const mentions = celFunc('mentions', [CelScalar.STRING, listType(CelScalar.STRING)], CelScalar.BOOL, (text, list) =>
  [...list].some((keyword) => isIn(text, String(keyword))),
);
const environment = celEnv({ funcs: [money, mentions, ...strings] });
const planned = new Map<string, ReturnType<typeof plan>>();

function planOf(condition: string): ReturnType<typeof plan> {
  const known = planned.get(condition) ?? plan(environment, parse(condition));
  planned.set(condition, known);
  return known;
}

type Value = string | number | bigint | boolean | { readonly units: bigint } | readonly unknown[];

const input = (value: Value): CelInput =>
  typeof value === 'object' && 'units' in value ? sortable(value.units) : (value as CelInput);

/**
 * Conditions asked of another implementation of CEL. Only money is rewritten: an amount becomes text that sorts as the
 * amount does, of one currency; and `mentions` is a few lines of its own for Latin text. Everything else is what that implementation makes of the condition as it is written.
 * An unknown fact is left out, so that the implementation's own errors and its own `&&`, `||`, `exists` and `all` over
 * errors say what cannot be told.
 */
export const askOracle: Ask = (condition, names) => {
  const bindings: Record<string, CelInput> = {};
  const grouped: Record<string, Map<string, CelInput>> = { present: new Map(), velocity: new Map() };
  for (const [name, value] of names) {
    if (value === UNKNOWN) continue;
    const [group, member] = name.split('.');
    if (member !== undefined) grouped[group ?? '']?.set(member, input(value));
    else bindings[name] = input(value);
  }
  const result = planOf(condition)({ ...bindings, ...grouped } as Record<string, CelInput>);
  return isCelError(result) || typeof result !== 'boolean' ? UNKNOWN : result;
};
