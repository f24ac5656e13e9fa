import type { JsonValue } from '@countersign/canonical';
import type { PolicyAction } from '../action.js';
import type { Fact } from '../facts.js';
import { tokensOf } from '../pointer.js';
import { AGENT } from '../stated-by.js';
import type { Candidate } from './candidates.js';
import { candidatesOf } from './candidates.js';
import { describeRun } from './line.js';
import type { AtomReads } from './literals.js';

/** One place in an action, with the values there that matter. */
export interface Slot {
  readonly tokens: readonly string[];
  readonly facts: readonly Fact[];
  readonly values: readonly Candidate[];
  readonly show: (value: bigint) => string;
  readonly exact: boolean;
}

/** Longest text that is repeated from a policy. */
const MAX_LABEL = 40;
const ABSENT: Candidate = { raw: undefined, stretch: null, label: 'absent' };

function slotOf(facts: readonly [Fact, ...Fact[]], atoms: readonly AtomReads[]): Slot {
  const found = facts.map((fact) => candidatesOf(fact, atoms));
  const known = new Map(found.flatMap(({ values }) => values).map((value) => [JSON.stringify(value.raw), value]));
  const asked = facts.some(({ name }) => atoms.some(({ presence }) => presence.has(name)));
  return {
    tokens: facts[0].tokens,
    facts,
    values: asked ? [...known.values(), ABSENT] : [...known.values()],
    show: found[0]?.show ?? String,
    exact: found.length === 1 && found[0]?.exact === true,
  };
}

/** The places that the facts of a type are read from. Facts that share a place share its values. */
export function slotsOf(facts: readonly Fact[], atoms: readonly AtomReads[]): Slot[] {
  const places = new Map<string, [Fact, ...Fact[]]>();
  for (const fact of facts) {
    const known = places.get(fact.pointer);
    if (known === undefined) places.set(fact.pointer, [fact]);
    else known.push(fact);
  }
  return [...places.values()].map((together) => slotOf(together, atoms));
}

/** Sets an own member, also one with a name such as `__proto__`: a policy may come from outside. */
function define(holder: object, token: string, value: unknown): void {
  Object.defineProperty(holder, token, { value, enumerable: true, writable: true, configurable: true });
}

/** Puts a value at a place of an action, with the members that lead to it. */
export function put(root: Record<string, unknown>, tokens: readonly string[], raw: JsonValue): void {
  let holder = root;
  for (const token of tokens.slice(0, -1)) {
    const next = Object.hasOwn(holder, token) ? holder[token] : null;
    if (typeof next !== 'object' || next === null) define(holder, token, {});
    holder = holder[token] as Record<string, unknown>;
  }
  define(holder, tokens.at(-1) ?? '', raw);
}

/** An amount whose currency stands elsewhere is of the currency of the fact. */
function putCurrency(action: Record<string, unknown>, { declaration }: Fact): void {
  if (declaration.type !== 'money' || declaration.currency_at === undefined) return;
  put(action, tokensOf(declaration.currency_at), declaration.currency);
}

/** The provider that must state a value; null where the agent states it or the log counts it. */
export const statedBy = ({ source, group }: Fact): string | null =>
  group !== null || source === AGENT ? null : source;

const EMPTY = { target: null, on_behalf_of: null, confidence: null, signals: null, before: null, after: null };

/** An action with these values at these places; every value is stated by whoever the policy wants to state it. */
export function actionWith(type: string, values: readonly (readonly [Slot, JsonValue | undefined])[]): PolicyAction {
  const action = {
    action_type: type,
    environment: 'production',
    agent_version: 'v1',
    model_id: 'model',
    ...EMPTY,
    parameters: {},
  };
  const stated: Record<string, string> = {};
  for (const [slot, raw] of values) {
    if (raw !== undefined) put(action, slot.tokens, raw);
    for (const fact of slot.facts) {
      putCurrency(action, fact);
      const source = statedBy(fact);
      if (source !== null) stated[fact.pointer] = source;
    }
  }
  return Object.keys(stated).length === 0 ? action : { ...action, stated };
}

function orderedRuns(slot: Slot, chosen: ReadonlySet<number>): string[] {
  const runs: string[] = [];
  const { values } = slot;
  for (let index = 0; index < values.length; index += 1) {
    const first = values[index]?.stretch;
    if (!first || !chosen.has(index)) continue;
    while (chosen.has(index + 1) && values[index + 1]?.stretch) index += 1;
    runs.push(describeRun(first, values[index]?.stretch ?? first, slot.show));
  }
  return runs;
}

const cut = (label: string): string => (label.length > MAX_LABEL ? `${label.slice(0, MAX_LABEL)}…` : label);

/** Values without an order: those chosen, or those left out where that is shorter. */
function unorderedParts(slot: Slot, chosen: ReadonlySet<number>, name: string): string[] {
  const unordered = slot.values.flatMap(({ stretch, label }, index) => (stretch === null ? [{ label, index }] : []));
  const inside = unordered.filter(({ index }) => chosen.has(index));
  const outside = unordered.filter(({ index }) => !chosen.has(index));
  const listed = (all: typeof unordered): string => all.map(({ label }) => cut(label)).join(', ');
  if (outside.length > 0 && inside.length > 2 && outside.length < inside.length)
    return [`${name} other than ${listed(outside)}`];
  return inside.map(({ label }) => (label === ABSENT.label ? `${name} absent` : `${name} = ${cut(label)}`));
}

/** Says a set of a place's values, such as `amount < 100.00 USD`; null when it is all of them. */
export function describeValues(slot: Slot, indexes: readonly number[]): string | null {
  if (indexes.length === slot.values.length) return null;
  const name = slot.facts[0]?.name ?? slot.tokens.join('/');
  const chosen = new Set(indexes);
  const runs = orderedRuns(slot, chosen).map((run) => (run === '' ? `${name} present` : `${name} ${run}`));
  const parts = [...runs, ...unorderedParts(slot, chosen, name)];
  return parts.length > 1 ? `(${parts.join(' or ')})` : (parts[0] ?? null);
}
