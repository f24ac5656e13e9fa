import type { PolicyAction } from '../action.js';
import type { GateDeclaration, PolicyDocument } from '../document.js';
import type { Names, Told } from './answer.js';
import { answer, UNKNOWN } from './answer.js';
import { factsOf, readFacts } from './facts.js';
import { parseCondition } from './syntax.js';

/** What the reference says of an action: the verdict, and who spoke it. */
export interface PlainDecision {
  readonly decision: 'allow' | 'require_approval' | 'deny';
  readonly gate: string | null;
  readonly rule: string | null;
  readonly spoke: 'rule' | 'matrix' | 'fallback';
  /** Pointers of facts that are not known. */
  readonly unknown: readonly string[];
}

type Choice = Omit<PlainDecision, 'unknown'>;

/** How a condition is asked: yes, no, or that it cannot be told. Never throws. */
export type Ask = (condition: string, names: Names) => Told;

export const askPlainly: Ask = (condition, names) => answer(parseCondition(condition), names);

const AXES = ['impact', 'reversibility', 'regulatory_pressure'] as const;
type Axis = (typeof AXES)[number];
type Place = Readonly<Record<Axis, string>>;

/** One policy's view of one action. */
interface Question {
  readonly document: PolicyDocument;
  readonly type: string;
  readonly names: Names;
  readonly ask: Ask;
}

const speaksFor = ({ for: types }: { for?: string[] }, type: string): boolean => types?.includes(type) ?? true;

/**
 * Of a list in which the first that holds counts, every one that may be the first; null for "none holds". One that
 * cannot be told is tried both ways.
 */
function firstOf<T extends { when?: string }>([first, ...rest]: readonly T[], question: Question): (T | null)[] {
  if (first === undefined) return [null];
  const told = first.when === undefined ? true : question.ask(first.when, question.names);
  if (told === true) return [first];
  return told === false ? firstOf(rest, question) : [first, ...firstOf(rest, question)];
}

/** Every place of the matrix where the action may stand; null where the policy has no matrix. */
function placesOf(question: Question): Place[] | null {
  const { classify, matrix } = question.document;
  if (classify === undefined || matrix.length === 0) return null;
  const levels = (axis: Axis): string[] =>
    firstOf<{ is: string; when?: string; for?: string[] }>(
      classify[axis].filter((one) => speaksFor(one, question.type)),
      question,
    ).flatMap((one) => (one === null ? [] : [one.is]));
  return levels('impact').flatMap((impact) =>
    levels('reversibility').flatMap((reversibility) =>
      levels('regulatory_pressure').map((regulatory_pressure) => ({ impact, reversibility, regulatory_pressure })),
    ),
  );
}

const covers = (wanted: string | readonly string[], level: string): boolean =>
  wanted === 'any' || (typeof wanted === 'string' ? wanted === level : wanted.includes(level));

/**
 * Distinct people that a gate needs at least, the duty to give a reason, how many separate duties; then an order among
 * them, a hold, evidence, time to read. Each of them is a digit, so that the first difference decides.
 */
function weight(gate: GateDeclaration): number {
  const { quorum, thresholds, factors, stages, reason, pattern, hold, evidence, dwell } = gate;
  const fewest = thresholds.length === 0 ? 0 : Math.min(...thresholds.map((one) => one.count));
  const together = [...factors, ...stages].reduce((sum, one) => sum + one.count, 0);
  const people = Math.max(quorum ?? 0, fewest, together, 1);
  const kinds = [stages.length > 0, hold ?? pattern === 'hold-before-send', evidence.length > 0, dwell !== undefined];
  const last = kinds.map(Number).join('');
  const parts = String(factors.length + stages.length).padStart(2, '0');
  return Number(`${people}${['never', 'deny', 'always'].indexOf(reason)}${parts}${last}`);
}

export function weightOf({ decision, gate }: Pick<Choice, 'decision' | 'gate'>, { gates }: PolicyDocument): number {
  if (decision !== 'require_approval') return decision === 'deny' ? Infinity : 0;
  const declared = gates[gate ?? ''];
  return declared === undefined ? 0 : weight(declared);
}

const wait = (gate: string, spoke: Choice['spoke']): Choice => ({
  decision: 'require_approval',
  gate,
  rule: null,
  spoke,
});

/** What a cell asks for by itself; null where it leaves the rules alone. */
function cellChoice({ document }: Question, place: Place | null, ruleSpoke: boolean): Choice | null {
  if (place === null) return ruleSpoke ? null : wait(document.fallback, 'fallback');
  const row = document.matrix.find((one) => AXES.every((axis) => covers(one[axis], place[axis])));
  if (row === undefined) return wait(document.fallback, 'matrix');
  if (row.approval === 'yes') return wait(row.gate ?? document.fallback, 'matrix');
  if (ruleSpoke) return null;
  return row.approval === 'maybe' ? wait(row.gate ?? document.fallback, 'matrix') : wait(document.fallback, 'fallback');
}

/** Every choice that some possible world makes: rules first, then cells. */
function choicesOf(question: Question): Choice[] {
  const rules = question.document.rules.filter((rule) => speaksFor(rule, question.type));
  const first = firstOf(rules, question);
  const spoken = first.flatMap((rule): Choice[] =>
    rule === null ? [] : [{ decision: rule.then, gate: rule.gate ?? null, rule: rule.name, spoke: 'rule' }],
  );
  const places: (Place | null)[] = placesOf(question) ?? [null];
  const cells = places.flatMap((place) => cellChoice(question, place, !first.includes(null)) ?? []);
  return [...spoken, ...cells];
}

/** The strictest; the earlier one where two are equally strict. */
const strictest = (choices: readonly Choice[], document: PolicyDocument): Choice =>
  choices.reduce((most, one) => (weightOf(one, document) > weightOf(most, document) ? one : most));

/** A dry-run gate may demand a diff; without both states there is none, and nobody can sign. */
export function demandDiff<T extends Choice>(choice: T, { gates }: PolicyDocument, { before, after }: PolicyAction): T {
  const gate = choice.decision === 'require_approval' ? gates[choice.gate ?? ''] : undefined;
  const demanded = gate?.pattern === 'dry-run' && gate.diff === 'required';
  if (!demanded || (before !== null && after !== null)) return choice;
  return { ...choice, decision: 'deny', gate: null, rule: 'diff_required', spoke: 'rule' };
}

/** Declared preconditions that the action leaves out; none where nothing is known of them. */
function unstated({ action_types }: PolicyDocument, { action_type, preconditions }: PolicyAction): string[] {
  if (preconditions === undefined) return [];
  const names = action_types[action_type]?.preconditions ?? [];
  const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
  const stated = new Map(Object.entries(preconditions ?? {}));
  return names.filter((name) => (stated.get(name) ?? null) === null).map((name) => `/preconditions/${escaped(name)}`);
}

/**
 * What a policy document says of an action, by trying everything that what is unknown could be. It shares no code with
 * the evaluator that decides in production, only the document's type.
 */
export function decidePlainly(document: PolicyDocument, action: PolicyAction, ask: Ask = askPlainly): PlainDecision {
  const type = action.action_type;
  if (!Object.hasOwn(document.action_types, type))
    return { ...demandDiff(wait(document.fallback, 'fallback'), document, action), unknown: ['/action_type'] };
  const facts = factsOf(document, type);
  const names = readFacts(facts, action);
  const choice = demandDiff(strictest(choicesOf({ document, type, names, ask }), document), document, action);
  const unknown = facts.flatMap(([name, { at }]) => (names.get(name) === UNKNOWN ? [at] : []));
  return { ...choice, unknown: [...unknown, ...unstated(document, action)] };
}
