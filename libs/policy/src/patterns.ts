import { ENVIRONMENTS } from '@countersign/canonical';
import type { FactDeclaration, GateDeclaration, PolicyDocument, RuleDeclaration } from './document.js';
import type { Path } from './problems.js';

/** Where each rule of an expanded document was written. */
export type RulePlaces = readonly Path[];

const ENVIRONMENT = 'environment';
const ENVIRONMENT_FACT: FactDeclaration = { at: '/environment', stated_by: 'agent', type: 'string' };

const all = (parts: readonly (string | undefined)[], between: string): string =>
  parts.flatMap((part) => (part === undefined ? [] : `(${part})`)).join(between);

/** When a gate's pattern really holds an action up; null for a gate that always does. A text that is no environment does. */
function holdsWhen({ pattern, exceptions, environments }: GateDeclaration): string | null {
  if (pattern === 'exception-only' && exceptions.length > 0) return all(exceptions, ' || ');
  const free = ENVIRONMENTS.filter((one) => !environments.includes(one)).map((one) => `"${one}"`);
  return environments.length > 0 && free.length > 0 ? `!(environment in [${free.join(', ')}])` : null;
}

/**
 * Two rules for one: the gate where its pattern holds the action up or cannot be told, then allow. In this order a
 * missing value means the gate.
 */
function expand(rule: RuleDeclaration, document: PolicyDocument): RuleDeclaration[] {
  const named = rule.gate ?? '';
  const gate = Object.hasOwn(document.gates, named) ? document.gates[named] : undefined;
  const holds = gate ? holdsWhen(gate) : null;
  if (holds === null) return [rule];
  const { gate: _gate, ...allow } = { ...rule, then: 'allow' as const };
  return [{ ...rule, name: `${rule.name}-held`, when: all([rule.when, holds], ' && ') }, allow];
}

const asksEnvironment = ({ gates }: PolicyDocument): boolean =>
  Object.values(gates).some(({ environments }) => environments.length > 0);

/** Every type gets the fact that the pattern environment asks for, unless it has one of that name. */
function withEnvironment(document: PolicyDocument): PolicyDocument {
  if (!asksEnvironment(document) || document.facts[ENVIRONMENT]) return document;
  const types = Object.entries(document.action_types).map(([type, entry]) => [
    type,
    { ...entry, facts: { [ENVIRONMENT]: ENVIRONMENT_FACT, ...entry.facts } },
  ]);
  return { ...document, action_types: Object.fromEntries(types) as PolicyDocument['action_types'] };
}

/** Facts of the name `environment` that stand elsewhere, so that the pattern environment would read something else. */
export function misplacedEnvironments(document: PolicyDocument): Path[] {
  if (!asksEnvironment(document)) return [];
  const places: [Path, FactDeclaration | undefined][] = [
    [['facts', ENVIRONMENT], document.facts[ENVIRONMENT]],
    ...Object.entries(document.action_types).map(([type, { facts }]): [Path, FactDeclaration | undefined] => [
      ['action_types', type, 'facts', ENVIRONMENT],
      facts[ENVIRONMENT],
    ]),
  ];
  return places.flatMap(([path, fact]) =>
    fact && (fact.at !== '/environment' || fact.type !== 'string') ? [path] : [],
  );
}

/**
 * The document with the patterns exception-only and environment written out as rules, and where each rule came from.
 * A gate that the matrix or the fallback names holds up whatever comes.
 */
export function expandPatterns(document: PolicyDocument): { document: PolicyDocument; places: RulePlaces } {
  const expanded = document.rules.map((rule) => expand(rule, document));
  const places = expanded.flatMap((parts, index) =>
    parts.map((part, n): Path => (parts.length > 1 && n === 0 ? ['gates', part.gate ?? ''] : ['rules', index])),
  );
  return { document: { ...withEnvironment(document), rules: expanded.flat() }, places };
}
