import type { CompiledPolicy } from '../compiled.js';
import type { RuleDeclaration } from '../document.js';
import type { Effect, PolicyChange } from './change.js';
import { effectOf, listText, opposite } from './change.js';
import { conditionChanges, quoted } from './condition-changes.js';

const subjectOf = ({ name }: RuleDeclaration): string => `rule ${name}`;

/** How strict a verdict is, 0 = allow. */
function severityOf({ then, gate }: RuleDeclaration, { gates }: CompiledPolicy): number {
  if (then === 'deny') return Infinity;
  return then === 'allow' ? 0 : (gates.get(gate ?? '')?.severity ?? 0);
}

/**
 * What it does when a rule catches more: the actions come from the rules after it, or from the fallback. Known only
 * where it is at least as loose as all of them, or at least as strict. A matrix may hold the verdict up, never loosen it.
 */
function whenWider(rule: RuleDeclaration, rules: readonly RuleDeclaration[], policy: CompiledPolicy): Effect {
  const own = severityOf(rule, policy);
  const later = rules.slice(rules.findIndex(({ name }) => name === rule.name) + 1);
  const others = [...later.map((one) => severityOf(one, policy)), policy.fallback.severity];
  const [least, most] = [Math.min(...others), Math.max(...others)];
  if (own <= least) return own < most ? 'looser' : null;
  return own >= most ? 'stricter' : null;
}

const verdictText = ({ then, gate }: RuleDeclaration): string => (gate === undefined ? then : `${then} by ${gate}`);

function verdictChange(
  from: RuleDeclaration,
  to: RuleDeclaration,
  before: CompiledPolicy,
  after: CompiledPolicy,
): PolicyChange[] {
  if (from.then === to.then && from.gate === to.gate) return [];
  const [was, is] = [severityOf(from, before), severityOf(to, after)];
  const effect = was === is ? null : effectOf(is > was ? 1 : -1);
  return [{ subject: subjectOf(to), text: `verdict changes from ${verdictText(from)} to ${verdictText(to)}`, effect }];
}

const typesText = (types: readonly string[] | undefined): string =>
  types === undefined ? 'every type' : listText(types);

function changesOf(
  from: RuleDeclaration,
  to: RuleDeclaration,
  before: CompiledPolicy,
  after: CompiledPolicy,
): PolicyChange[] {
  const subject = subjectOf(to);
  const changes = conditionChanges(subject, from.when, to.when, whenWider(to, after.document?.rules ?? [], after));
  changes.push(...verdictChange(from, to, before, after));
  if (typesText(from.for) !== typesText(to.for))
    changes.push({ subject, text: `speaks for ${typesText(to.for)}, not ${typesText(from.for)}`, effect: null });
  if (from.explanation !== to.explanation)
    changes.push({ subject, text: `explanation changes to "${to.explanation ?? ''}"`, effect: null });
  return changes;
}

/** Names of a longest part of both orders: what is not in it has moved. */
function stayed(from: readonly string[], to: readonly string[]): Set<string> {
  const places = to.filter((name) => from.includes(name)).map((name) => ({ name, at: from.indexOf(name) }));
  const best: { length: number; before: number }[] = [];
  places.forEach(({ at }, index) => {
    let before = -1;
    for (let other = 0; other < index; other += 1)
      if ((places[other]?.at ?? 0) < at && (best[other]?.length ?? 0) > (best[before]?.length ?? 0)) before = other;
    best.push({ length: 1 + (best[before]?.length ?? 0), before });
  });
  const names = new Set<string>();
  let index = best.reduce((top, one, at) => (one.length > (best[top]?.length ?? 0) ? at : top), 0);
  for (; index >= 0 && places.length > 0; index = best[index]?.before ?? -1) names.add(places[index]?.name ?? '');
  return names;
}

function moved(from: readonly RuleDeclaration[], to: readonly RuleDeclaration[]): PolicyChange[] {
  const [old, now] = [from.map(({ name }) => name), to.map(({ name }) => name)];
  const same = stayed(old, now);
  return to
    .filter(({ name }) => old.includes(name) && !same.has(name))
    .map((rule) => {
      const text = `moves from place ${old.indexOf(rule.name) + 1} to place ${now.indexOf(rule.name) + 1}`;
      return { subject: subjectOf(rule), text, effect: null };
    });
}

/** What changed about the rules: added, removed, moved, and each one's own words. */
export function ruleChanges(before: CompiledPolicy, after: CompiledPolicy): PolicyChange[] {
  const [from, to] = [before.document?.rules ?? [], after.document?.rules ?? []];
  const added = to
    .filter(({ name }) => !from.some((one) => one.name === name))
    .map((rule) => {
      const text = `is added at place ${to.indexOf(rule) + 1}: ${verdictText(rule)} when ${quoted(rule.when)}`;
      return { subject: subjectOf(rule), text, effect: whenWider(rule, to, after) };
    });
  const removed = from
    .filter(({ name }) => !to.some((one) => one.name === name))
    .map((rule) => {
      const text = `is removed: ${verdictText(rule)} when ${quoted(rule.when)}`;
      return { subject: subjectOf(rule), text, effect: opposite(whenWider(rule, from, before)) };
    });
  const changed = to.flatMap((rule) => {
    const former = from.find(({ name }) => name === rule.name);
    return former === undefined ? [] : changesOf(former, rule, before, after);
  });
  return [...added, ...removed, ...moved(from, to), ...changed];
}
