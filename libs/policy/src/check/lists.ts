import type { JsonValue } from '@countersign/canonical';
import type { PolicyAction } from '../action.js';
import { decide } from '../decide.js';
import type { Fact } from '../facts.js';
import type { Finding } from './finding.js';
import { atomsIn } from './formula.js';
import type { Inspection } from './inspection.js';
import { matchesFirst, seek } from './inspection.js';
import { put } from './slots.js';
import { rulePath } from './words.js';

/** Allowed actions of each type whose values are tried. */
const MOST_BASES = 60;
const MOST_TEXTS = 8;
const ORDINARY = ['something else', 'x'];
const SEPARATORS = [
  { name: 'a comma', text: ',', literal: '","' },
  { name: 'a line end', text: '\n', literal: '"\\n"' },
];

const isText = ({ declaration, group }: Fact): boolean =>
  group === null && (declaration.type === 'strings' || (declaration.type === 'string' && !declaration.one_of));

/** Texts that a policy looks for in a fact, and longer ones that hold them. */
function textsFor({ space, type }: Inspection, fact: Fact): string[] {
  const reads = type.rules.flatMap(({ condition }) => atomsIn(space.formula(condition))).map((atom) => atom.reads);
  const texts = reads.filter(({ facts }) => facts.has(fact.name)).flatMap((one) => one.texts);
  return [...new Set(texts)].slice(0, MOST_TEXTS).flatMap((text) => [text, `x${text}`, `${text}x`]);
}

/** Allowed actions: one of each rule where there is one, then those that chance finds. */
function* allowedIn(inspection: Inspection): Generator<PolicyAction> {
  for (const [index, { then }] of inspection.type.rules.entries()) {
    const holds = ({ first }: { first: number | null }): boolean => first === index;
    const { witness } = then === 'allow' ? seek(inspection, { wanted: matchesFirst(inspection, index), holds }) : NONE;
    if (witness !== null) yield witness;
  }
  for (const { action } of inspection.samples()) yield action;
}

const NONE = { witness: null };

/** One fact of an allowed action, with the answers to other values there. */
interface Probe {
  readonly fact: Fact;
  readonly texts: readonly string[];
  readonly with: (text: string | null) => PolicyAction;
  /** The rule that allows the action with this text there, `''` without a rule, null where it is not allowed. */
  readonly allows: (action: PolicyAction) => string | null;
}

function probeOf({ policy }: Inspection, base: PolicyAction, fact: Fact, texts: readonly string[]): Probe {
  const isList = fact.declaration.type === 'strings';
  const speaker = { policy, version: 1 };
  const changed = (raw: JsonValue): PolicyAction => {
    const action = structuredClone(base) as PolicyAction & Record<string, unknown>;
    put(action, fact.tokens, raw);
    return action;
  };
  return {
    ...{ fact, texts },
    with: (text) => changed(!isList ? (text ?? '') : text === null ? [] : [text]),
    allows: (action) => {
      const { policy_decision, rule } = decide(speaker, action);
      return policy_decision === 'allow' ? (rule ?? '') : null;
    },
  };
}

const isAllowed = (probe: Probe, text: string): boolean => probe.allows(probe.with(text)) !== null;

const subject = (rule: string): string => (rule === '' ? 'the policy' : `\`${rule}\``);
const placed = (rule: string): Pick<Finding, 'rule' | 'path'> =>
  rule === '' ? { path: ['rules'] } : { rule, path: rulePath(rule) };

function emptyFinding(probe: Probe): Finding[] {
  const { fact } = probe;
  const witness = probe.with(null);
  const rule = fact.declaration.type === 'strings' ? probe.allows(witness) : null;
  if (rule === null) return [];
  const message = `${subject(rule)} allows an empty list \`${fact.name}\`: what is asked of all elements holds where there are none; ask for \`size(${fact.name}) > 0\` too`;
  return [{ code: 'empty_list_allows', severity: 'warning', message, ...placed(rule), witness }];
}

function severalFindings(probe: Probe, good: readonly string[]): Finding[] {
  const { fact } = probe;
  return SEPARATORS.flatMap(({ name, text, literal }) => {
    const joined = good.flatMap((one) => [`${ORDINARY[0]}${text}${one}`, `${one}${text}${ORDINARY[0]}`]);
    const witness = joined.map(probe.with).find((action) => probe.allows(action) !== null);
    if (witness === undefined) return [];
    const rule = probe.allows(witness) ?? '';
    const message = `${subject(rule)} allows a text in \`${fact.name}\` that holds several, with ${name} between them: the one that is looked for, and one that is not; ask that it does not contain ${literal}`;
    return [{ code: 'several_in_one_text', severity: 'warning', message, ...placed(rule), witness } as const];
  });
}

/** What is allowed for some texts and not for an ordinary one, and yet for none at all, or for both in one. */
function findingsFor(probe: Probe): Finding[] {
  const good = probe.texts.filter((text) => isAllowed(probe, text));
  if (good.length === 0 || ORDINARY.every((text) => isAllowed(probe, text))) return [];
  return [...emptyFinding(probe), ...(isAllowed(probe, 'something else') ? [] : severalFindings(probe, good))];
}

/** Lists and texts that let an action run although nothing in them is what the policy looks for, or not all of it. */
export function looseLists(inspections: readonly Inspection[]): Finding[] {
  const found = new Map<string, Finding>();
  for (const inspection of inspections) {
    const facts = inspection.type.facts.filter(isText).map((fact) => ({ fact, texts: textsFor(inspection, fact) }));
    const asked = facts.filter(({ texts }) => texts.length > 0);
    if (asked.length === 0) continue;
    let left = MOST_BASES;
    for (const base of allowedIn(inspection)) {
      if (decide({ policy: inspection.policy, version: 1 }, base).policy_decision !== 'allow') continue;
      for (const { fact, texts } of asked)
        for (const finding of findingsFor(probeOf(inspection, base, fact, texts)))
          if (!found.has(finding.message)) found.set(finding.message, { ...finding, action_type: inspection.name });
      if ((left -= 1) === 0) break;
    }
  }
  return [...found.values()];
}
