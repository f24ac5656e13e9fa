import { currencyOf, fromMinorUnits, parseMoney } from '@countersign/canonical';
import type { JsonValue, Money } from '@countersign/canonical';
import type { CompiledType } from '../compiled.js';
import type { FactDeclaration } from '../document.js';
import { tokensOf, valueAt } from '../pointer.js';

type MoneyFact = Extract<FactDeclaration, { type: 'money' }>;

/** How the amount at `/parameters/amount` is written, where it is no plain money. */
export type AmountTerm = Pick<MoneyFact, 'currency' | 'bare_number' | 'minor_units' | 'currency_at'>;

/** Where the amount of an action stands. */
const AMOUNT = '/parameters/amount';

/** The ways in which types say that the amount is written; those that read plain money say nothing. */
export const amountTermsOf = (types: readonly CompiledType[]): AmountTerm[] =>
  types
    .flatMap(({ facts }) => facts.map(({ declaration }) => declaration))
    .flatMap((fact) =>
      fact.type === 'money' && fact.at === AMOUNT && (fact.minor_units || fact.currency_at !== undefined) ? [fact] : [],
    );

function statedBy(
  { currency, bare_number, currency_at, minor_units }: AmountTerm,
  parameters: JsonValue,
): Money | null {
  const action = { parameters };
  const raw = valueAt(action, tokensOf(AMOUNT));
  const code = currency_at === undefined ? currency : valueAt(action, tokensOf(currency_at));
  const isBare = bare_number || currency_at !== undefined;
  const value = typeof raw === 'number' ? String(raw) : raw;
  const money = parseMoney(isBare ? { value, currency: typeof code === 'string' ? currencyOf(code) : code } : raw);
  return money !== null && minor_units ? fromMinorUnits(money) : money;
}

/** The amount of an action, in whole units of its currency; null where there is none, or two types read it differently. */
export function statedAmount(terms: readonly AmountTerm[], parameters: JsonValue): Money | null {
  if (terms.length === 0) return parseMoney(valueAt({ parameters }, tokensOf(AMOUNT)));
  const [first = null, ...others] = terms.map((term) => statedBy(term, parameters));
  const isOne = others.every((other) => other?.value === first?.value && other?.currency === first?.currency);
  return isOne ? first : null;
}
