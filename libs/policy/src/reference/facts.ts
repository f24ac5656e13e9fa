import { CURRENCIES, minorDigits } from '@countersign/canonical';
import type { PolicyAction } from '../action.js';
import type { FactDeclaration, PolicyDocument } from '../document.js';
import type { Plain, PlainMoney, Told } from './answer.js';
import { lowerAscii, UNKNOWN, unitsOf } from './answer.js';

const MAX_ELEMENTS = 1_000;
const MAX_CHARACTERS = 40;
const PLAIN_DECIMAL = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/;

const LOG = 'log';

type Members = Readonly<Record<string, unknown>>;

/** What stands at a pointer, own members only; undefined where nothing does. */
function at(root: unknown, pointer: string): unknown {
  let here = root;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return undefined;
    here = (here as Members)[name];
  }
  return here;
}

type MoneyFact = FactDeclaration & { type: 'money' };

const isBare = ({ bare_number, currency_at }: MoneyFact): boolean => bare_number || currency_at !== undefined;

/** The codes of ISO 4217 are the same in small letters; any other text is the same as itself only. */
function means(stated: unknown, currency: string): boolean {
  if (typeof stated !== 'string') return false;
  return stated === currency || (CURRENCIES.has(currency) && lowerAscii(stated) === lowerAscii(currency));
}

/** A bare amount as if it had been stated with the currency of the fact. */
function asMoney(raw: unknown, fact: MoneyFact): Members {
  if (!isBare(fact)) return (raw ?? {}) as Members;
  const value = typeof raw === 'number' || fact.currency_at !== undefined ? raw : null;
  return { value: typeof value === 'number' ? String(value) : value, currency: fact.currency };
}

function moneyOf(raw: unknown, fact: MoneyFact): PlainMoney | null {
  const { currency, minor_units } = fact;
  const { value, currency: stated, ...others } = asMoney(raw, fact);
  if (typeof value !== 'string' || !means(stated, currency) || Object.keys(others).length > 0) return null;
  const decimals = value.split('.')[1] ?? '';
  const most = minor_units ? 0 : minorDigits(currency);
  if (!PLAIN_DECIMAL.test(value) || value.length > MAX_CHARACTERS || decimals.length > most) return null;
  if (!minor_units) return { currency, units: unitsOf(value) };
  return CURRENCIES.has(currency) ? { currency, units: unitsOf(value) / 10n ** BigInt(minorDigits(currency)) } : null;
}

/** Whether something that is called a currency, in the object that holds a bare amount, is another one. */
function isElsewhere(holder: unknown, { currency }: MoneyFact): boolean {
  const members = typeof holder === 'object' && holder !== null ? (holder as Members) : {};
  const stated = Object.keys(members).filter((name) => name.toLowerCase().includes('currency'));
  return stated.some((name) => members[name] !== null && !means(members[name], currency));
}

const above = (pointer: string): string => pointer.slice(0, Math.max(0, pointer.lastIndexOf('/')));

/** Whether the amounts of the fact are of its currency, as far as the places around them say. */
function isItsCurrency(fact: MoneyFact, action: PolicyAction): boolean {
  if (fact.currency_at !== undefined) return means(at(action, fact.currency_at), fact.currency);
  return !isBare(fact) || !isElsewhere(at(action, above(fact.at)), fact);
}

function oneAmount(raw: unknown, fact: MoneyFact): PlainMoney | null {
  const money = moneyOf(raw, fact);
  if (money === null) return null;
  if (fact.min !== undefined && money.units < unitsOf(fact.min)) return null;
  if (fact.above !== undefined && money.units <= unitsOf(fact.above)) return null;
  return money;
}

function onePart(element: unknown, fact: MoneyFact): PlainMoney | null {
  const { each = '' } = fact;
  return isBare(fact) && isElsewhere(at(element, above(each)), fact) ? null : oneAmount(at(element, each), fact);
}

function amount(raw: unknown, fact: MoneyFact, action: PolicyAction): PlainMoney | null {
  if (!isItsCurrency(fact, action)) return null;
  if (fact.fold === undefined) return oneAmount(raw, fact);
  if (!Array.isArray(raw) || raw.length > MAX_ELEMENTS) return null;
  const amounts = raw.map((element) => onePart(element, fact));
  const units = amounts.reduce(
    (sum, one) => (sum === null || one === null ? null : sum + one.units),
    0n as bigint | null,
  );
  return units === null ? null : { currency: fact.currency, units };
}

const between = (value: number, { min = -Infinity, max = Infinity }: { min?: number; max?: number }): boolean =>
  Number.isFinite(value) && value >= min && value <= max;

/** The value of a fact, or null where the raw value is not one of its type and bounds. */
function valueOf(raw: unknown, fact: FactDeclaration, action: PolicyAction): Plain | null {
  switch (fact.type) {
    case 'money':
      return amount(raw, fact, action);
    case 'number':
      return typeof raw === 'number' && between(raw, fact) ? raw : null;
    case 'int':
      return typeof raw === 'number' && Number.isSafeInteger(raw) && between(raw, fact) ? raw : null;
    case 'string':
      return typeof raw === 'string' && (fact.one_of === undefined || fact.one_of.includes(raw)) ? raw : null;
    case 'bool':
      return typeof raw === 'boolean' ? raw : null;
    case 'strings':
      return Array.isArray(raw) && raw.length <= MAX_ELEMENTS && raw.every((item) => typeof item === 'string')
        ? raw
        : null;
  }
}

/** Velocity counters are facts too: a count, or the sum of a money fact of the type. They come from the log. */
function countersOf(document: PolicyDocument, type: string, own: Members): [string, FactDeclaration][] {
  const counters: [string, FactDeclaration][] = [];
  for (const [name, { sum, for: types }] of Object.entries(document.velocity)) {
    if (types && !types.includes(type)) continue;
    const common = { at: `/velocity/${name}`, stated_by: LOG };
    const summed = sum === undefined ? undefined : (own[sum] as FactDeclaration | undefined);
    if (sum === undefined) counters.push([`velocity.${name}`, { ...common, type: 'int', min: 0 }]);
    else if (summed?.type === 'money')
      counters.push([
        `velocity.${name}`,
        { ...common, type: 'money', currency: summed.currency, bare_number: false, minor_units: false, min: '0' },
      ]);
  }
  return counters;
}

/** Counts of earlier denials are facts of a policy that names them anywhere. */
function denialsIn(document: PolicyDocument): [string, FactDeclaration][] {
  const text = JSON.stringify(document);
  return ['denials.same_digest', 'denials.same_target']
    .filter((name) => text.includes(name))
    .map((name) => [name, { at: `/${name.replace('.', '/')}`, stated_by: LOG, type: 'int', min: 0 }]);
}

/** The facts that a policy declares for a type, by the names that conditions use. */
export function factsOf(document: PolicyDocument, type: string): [string, FactDeclaration][] {
  const own = { ...document.facts, ...document.action_types[type]?.facts };
  return [...Object.entries(own), ...countersOf(document, type, own), ...denialsIn(document)];
}

/** Whether the named source, and nobody else, stated all of what stands at the pointer. */
function isTrusted({ at: pointer, stated_by }: FactDeclaration, { stated = {} }: PolicyAction): boolean {
  if (stated_by === LOG) return true;
  const places = Object.keys(stated);
  const above = places.filter((place) => `${pointer}/`.startsWith(`${place}/`)).sort((a, b) => b.length - a.length);
  const below = places.filter((place) => place.startsWith(`${pointer}/`));
  const nearest = above[0] === undefined ? 'agent' : stated[above[0]];
  return nearest === stated_by && below.every((place) => stated[place] === stated_by);
}

/** A signal of a named provider is what its attestation holds; then everything is as the trusted source states it. */
function stands(fact: FactDeclaration, action: PolicyAction): unknown {
  if (fact.stated_by !== 'agent' && fact.stated_by !== LOG && fact.at.startsWith('/signals/')) {
    const own = at({ signals: at(action.attestations, `/${fact.stated_by}`) }, fact.at);
    if (own !== undefined) return own;
  }
  return isTrusted(fact, action) ? at(action, fact.at) : undefined;
}

/** Whether a keyed hash stands for the value, or for a part of it. It says nothing of what it stands for. */
function isHashed(raw: unknown, { at: pointer }: FactDeclaration, { hidden = [] }: PolicyAction): boolean {
  const texts = [raw].flat().filter((text) => typeof text === 'string');
  const near = hidden.some((place) => `${pointer}/`.startsWith(`${place}/`) || `${place}/`.startsWith(`${pointer}/`));
  return near || texts.some((text) => /^hmac-sha256:/.test(text));
}

/** One keyed hash stands for all of a value that the place is a part of. */
const isCovered = ({ at: pointer }: FactDeclaration, { hidden = [] }: PolicyAction): boolean =>
  hidden.some((place) => pointer.startsWith(`${place}/`));

/** Every fact of an action by name: its value, or that it is not known; and under `present.<name>` whether it is stated. */
export function readFacts(facts: readonly [string, FactDeclaration][], action: PolicyAction): Map<string, Told> {
  const names = new Map<string, Told>();
  for (const [name, fact] of facts) {
    const raw = stands(
      fact,
      name.startsWith('denials.') ? { denials: { same_digest: 0, same_target: 0 }, ...action } : action,
    );
    const stated = raw !== undefined && raw !== null;
    names.set(name, (stated && !isHashed(raw, fact, action) ? valueOf(raw, fact, action) : null) ?? UNKNOWN);
    names.set(`present.${name}`, isCovered(fact, action) ? UNKNOWN : stated);
  }
  return names;
}
