import type { CompiledRule } from '../compiled.js';
import type { Fact } from '../facts.js';
import type { Finding } from './finding.js';
import { atomsIn } from './formula.js';
import type { Inspection } from './inspection.js';
import { statedBy } from './slots.js';
import { heldName, listInWords, rulePath } from './words.js';

/** The facts that conditions read, or whose presence they ask for. */
function factsRead({ type, space }: Inspection, rules: readonly CompiledRule[]): Fact[] {
  const formulas = rules.map(({ condition }) => space.formula(condition));
  const reads = formulas.flatMap(atomsIn).map((atom) => atom.reads);
  return type.facts.filter(({ name }) => reads.some(({ facts, presence }) => facts.has(name) || presence.has(name)));
}

/**
 * What an `allow` rests on: the facts of its own condition and of the pattern that it was written out from; where it
 * has none, those of all rules before it, which must not have matched.
 */
function restsOn(inspection: Inspection, rule: CompiledRule): Fact[] {
  const { rules } = inspection.type;
  const before = rules.slice(0, rules.indexOf(rule));
  const held = before.filter(({ name }) => name === heldName(rule.name));
  const own = factsRead(inspection, [rule, ...held]);
  return own.length > 0 ? own : factsRead(inspection, before);
}

/** Whether somebody other than the agent vouches for the value. The agent's key binds the environment. */
const isVouchedFor = (fact: Fact): boolean =>
  statedBy(fact) !== null || fact.group !== null || fact.pointer === '/environment';

const isBound = ({ pointer }: Fact): boolean =>
  pointer.startsWith('/parameters') || pointer === '/target' || pointer === '/on_behalf_of';

function findingFor(rule: CompiledRule, read: readonly Fact[]): Finding {
  const names = (facts: readonly Fact[]): string => listInWords(facts.map(({ name }) => name));
  const [bound, said] = [read.filter(isBound), read.filter((fact) => !isBound(fact))];
  const parts = [
    ...(said.length > 0 ? [`${names(said)} (its own word)`] : []),
    ...(bound.length > 0 ? [`${names(bound)} (what the token will bind)`] : []),
  ];
  const message = `\`${rule.name}\` allows on what the agent itself states: ${parts.join(' and ')}`;
  return { code: 'agent_stated_allow', severity: 'warning', message, rule: rule.name, path: rulePath(rule.name) };
}

/** Rules that let an action run because of values that the agent states, and of nothing else. */
export function agentStatedAllows(inspections: readonly Inspection[]): Finding[] {
  const found = new Map<string, Finding>();
  for (const inspection of inspections) {
    for (const rule of inspection.type.rules) {
      const read = rule.then === 'allow' ? restsOn(inspection, rule) : [];
      if (read.length > 0 && !found.has(rule.name) && !read.some(isVouchedFor))
        found.set(rule.name, findingFor(rule, read));
    }
  }
  return [...found.values()];
}
