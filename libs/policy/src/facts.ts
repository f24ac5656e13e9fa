import type { PolicyAction } from './action.js';
import type { FactDeclaration } from './document.js';
import { DENIALS } from './denials/denials.js';
import { parseMoneyFact } from './money-fact.js';
import { MAX_ELEMENTS, tokensOf, valueAt } from './pointer.js';
import { AGENT, covers, isStatedBy } from './stated-by.js';

/** Stands in explanations for the value of a sensitive fact. */
export const HIDDEN = '(sensitive)';

/** Of the raw value and the action that it stands in. */
type Parse = (raw: unknown, action: PolicyAction) => unknown;

/** A declared fact, ready to be read from an action. */
export interface Fact {
  /** Name in conditions; `velocity.<name>` for a velocity counter. */
  readonly name: string;
  /** The object that holds it in conditions, and its name there; null for a plain fact. */
  readonly group: readonly [string, string] | null;
  readonly pointer: string;
  /** Type name in the expression language. */
  readonly celType: string;
  /** Currency of a money fact, else null. */
  readonly currency: string | null;
  readonly tokens: readonly string[];
  readonly declaration: FactDeclaration;
  /** Who may state it. */
  readonly source: string;
  /** true when explanations must not repeat its value. */
  readonly sensitive: boolean;
  /** The typed value, or null when the raw value is not comparable. */
  readonly parse: Parse;
}

/** The facts of one action: those that could be read, and those that count as unknown. */
export interface FactValues {
  readonly context: Record<string, unknown>;
  readonly missing: readonly Fact[];
  /** Names of the facts whose values explanations must not repeat. */
  readonly hidden?: readonly string[];
}

const within = (value: number, { min, max }: { min?: number; max?: number }): boolean =>
  Number.isFinite(value) && (min === undefined || value >= min) && (max === undefined || value <= max);

function parserOf(declaration: FactDeclaration): Parse {
  switch (declaration.type) {
    case 'money':
      return parseMoneyFact(declaration);
    case 'number':
      return (raw) => (typeof raw === 'number' && within(raw, declaration) ? raw : null);
    case 'int':
      return (raw) => (Number.isSafeInteger(raw) && within(raw as number, declaration) ? BigInt(raw as number) : null);
    case 'string':
      return (raw) => (typeof raw === 'string' && (declaration.one_of?.includes(raw) ?? true) ? raw : null);
    case 'bool':
      return (raw) => (typeof raw === 'boolean' ? raw : null);
    case 'strings':
      return (raw) =>
        Array.isArray(raw) && raw.length <= MAX_ELEMENTS && raw.every((s) => typeof s === 'string') ? raw : null;
  }
}

const CEL_TYPES = {
  money: 'Money',
  number: 'double',
  int: 'int',
  string: 'string',
  bool: 'bool',
  strings: 'list<string>',
} as const;

/** @throws RangeError when a bound of a money fact is not money of its currency */
export const compileFact = (name: string, declaration: FactDeclaration): Fact => ({
  name,
  group: null,
  pointer: declaration.at,
  celType: CEL_TYPES[declaration.type],
  currency: declaration.type === 'money' ? declaration.currency : null,
  tokens: tokensOf(declaration.at),
  declaration,
  source: declaration.stated_by,
  sensitive: false,
  parse: parserOf(declaration),
});

const NONE: readonly Fact[] = [];
const NO_NAMES: readonly string[] = [];

/** A grouped fact is read by conditions through its object, and by explanations under its whole name. */
function putInto(context: Record<string, unknown>, { name, group }: Fact, value: unknown): void {
  const [holder, member] = group ?? [name, name];
  const held = (context[holder] ??= {}) as Record<string, unknown>;
  held[member] = context[name] = value;
}

const SIGNALS = 'signals';

/** What the fact's own provider attested for it; undefined for every other fact. */
function attestedValue({ tokens: [first, ...rest], source, group }: Fact, { attestations }: PolicyAction): unknown {
  if (source === AGENT || group !== null || first !== SIGNALS || !attestations) return undefined;
  return valueAt(attestations, [source, ...rest]);
}

/** What the action states for a fact; undefined when another source than the declared one states it. */
export function statedValue(fact: Fact, action: PolicyAction): unknown {
  const attested = attestedValue(fact, action);
  if (attested !== undefined) return attested;
  const { tokens, source, pointer, group } = fact;
  if (group?.[0] === DENIALS && action.denials === undefined) return 0;
  const trusted = group !== null || (action.stated ? isStatedBy(source, pointer, action.stated) : source === AGENT);
  return trusted ? valueAt(action, tokens) : undefined;
}

/** How a keyed hash begins; a text that looks like one says nothing of the value. */
const KEYED_HASH = 'hmac-sha256:';

const isKeyedHash = (raw: unknown): boolean =>
  Array.isArray(raw) ? raw.some(isKeyedHash) : typeof raw === 'string' && raw.startsWith(KEYED_HASH);

/** Whether what stands at the fact's place, above it or below it, is a keyed hash: the value is there, and not known. */
const isHidden = ({ pointer }: Fact, raw: unknown, { hidden }: PolicyAction): boolean =>
  isKeyedHash(raw) || (hidden?.some((place) => covers(place, pointer) || covers(pointer, place)) ?? false);

/** Whether one hash stands for the place and all around it: nobody knows whether the value is there. */
const isCovered = ({ pointer }: Fact, { hidden }: PolicyAction): boolean =>
  hidden?.some((place) => place !== pointer && covers(place, pointer)) ?? false;

/** Reads all facts of an action. What is missing, null, not comparable or of another source is left out of the context. */
export function readFacts(facts: readonly Fact[], action: PolicyAction, withPresence: boolean): FactValues {
  const context: Record<string, unknown> = {};
  const present: Record<string, boolean> = {};
  let missing: Fact[] | null = null;
  let hidden: string[] | null = null;
  for (const fact of facts) {
    const raw = statedValue(fact, action);
    const value = raw === undefined || raw === null || isHidden(fact, raw, action) ? null : fact.parse(raw, action);
    if (value === null) (missing ??= []).push(fact);
    else if (fact.group === null) context[fact.name] = value;
    else putInto(context, fact, value);
    if (fact.sensitive) (hidden ??= []).push(fact.name);
    if (withPresence && !isCovered(fact, action)) present[fact.name] = raw !== undefined && raw !== null;
  }
  if (withPresence) context['present'] = present;
  return { context, missing: missing ?? NONE, hidden: hidden ?? NO_NAMES };
}
