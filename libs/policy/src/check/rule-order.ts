import type { CompiledRule } from '../compiled.js';
import { ruleChoice, severityOfChoice } from '../weigh.js';
import type { Finding } from './finding.js';
import type { Inspection, Sought } from './inspection.js';
import { isFalse, isTrue, matchesFirst, seek } from './inspection.js';
import type { Observation } from './observe.js';
import { rulePath, ruleInWords } from './words.js';

const ruleAt = ({ type }: Inspection, name: string): number => type.rules.findIndex((rule) => rule.name === name);

const seekFirst = (inspection: Inspection, index: number): Sought =>
  seek(inspection, { wanted: matchesFirst(inspection, index), holds: (seen) => seen.first === index });

/** Why a rule never decides: its condition is never true, one earlier rule takes all of it, or several do. */
function reasonOf(inspection: Inspection, index: number): string {
  const { type, space } = inspection;
  const formula = space.formula(type.rules[index]?.condition ?? null);
  const own = seek(inspection, { wanted: [isTrue(formula)], holds: ({ rules }) => rules[index] === true });
  if (own.witness === null && own.proven) return 'its condition is never true';
  const cover = type.rules.slice(0, index).find((earlier, at) => {
    const wanted = [isTrue(formula), isFalse(space.formula(earlier.condition))];
    const left = seek(inspection, { wanted, holds: ({ rules }) => rules[index] === true && rules[at] === false });
    return left.witness === null && left.proven;
  });
  return cover === undefined ? 'the rules before it take every input' : `\`${cover.name}\` before it takes every input`;
}

function deadFinding(rule: string, alive: readonly { inspection: Inspection; sought: Sought }[]): Finding | null {
  const [first] = alive;
  if (first === undefined || alive.some(({ sought }) => sought.witness !== null)) return null;
  const proven = alive.every(({ sought }) => sought.proven);
  const { inspection, sought } = first;
  const why = proven
    ? reasonOf(inspection, ruleAt(inspection, rule))
    : `no input was found at the edges of its conditions and in ${sought.points} random actions`;
  const message = `\`${rule}\` never decides: ${why}`;
  return { code: 'dead_rule', severity: proven ? 'error' : 'warning', message, rule, path: rulePath(rule) };
}

/** Rules that are the first match of no input, in none of their action types. */
export function deadRulesOf(inspections: readonly Inspection[]): Finding[] {
  const names = new Set(inspections.flatMap(({ type }) => type.rules.map(({ name }) => name)));
  return [...names].flatMap((rule) => {
    const speaking = inspections.filter((inspection) => ruleAt(inspection, rule) >= 0);
    const sought = speaking.map((inspection) => ({
      inspection,
      sought: seekFirst(inspection, ruleAt(inspection, rule)),
    }));
    return deadFinding(rule, sought) ?? [];
  });
}

const isSame = (a: CompiledRule, b: CompiledRule): boolean => a.then === b.then && a.gate?.name === b.gate?.name;

function overlapOf(inspection: Inspection, first: number, second: number): Finding | null {
  const { type, space, name } = inspection;
  const [a, b] = [type.rules[first], type.rules[second]];
  if (!a?.condition || !b?.condition || isSame(a, b)) return null;
  const wanted = [...matchesFirst(inspection, first), isTrue(space.formula(b.condition))];
  const holds = (seen: Observation): boolean => seen.first === first && seen.rules[second] === true;
  const { witness } = seek(inspection, { wanted, holds });
  if (witness === null) return null;
  const difference = severityOfChoice(ruleChoice(a)) - severityOfChoice(ruleChoice(b));
  const order =
    difference < 0
      ? 'the looser one comes first, so the stricter one is never asked'
      : difference > 0
        ? 'the stricter one comes first'
        : 'the first one decides';
  const severity = difference > 0 ? 'info' : 'warning';
  const message = `${ruleInWords(a)} and ${ruleInWords(b)} both match: ${order}`;
  return {
    code: 'overlap',
    severity,
    message,
    action_type: name,
    rule: a.name,
    path: rulePath(b.name),
    witness,
  };
}

/** Pairs of rules that say different things of one input, so that their order decides. Rules without a condition are meant to. */
export function overlapsOf(inspections: readonly Inspection[]): Finding[] {
  const found = new Map<string, Finding>();
  for (const inspection of inspections) {
    const { rules } = inspection.type;
    rules.forEach((a, first) =>
      rules.slice(first + 1).forEach((b, offset) => {
        const key = `${a.name} ${b.name}`;
        const finding = found.has(key) ? null : overlapOf(inspection, first, first + 1 + offset);
        if (finding !== null) found.set(key, finding);
      }),
    );
  }
  return [...found.values()];
}
