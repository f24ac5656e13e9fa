import type { PolicyAction } from '../action.js';
import type { GateDeclaration, PolicyDocument } from '../document.js';
import type { Names, Told } from './answer.js';
import { answer, UNKNOWN } from './answer.js';
import { bothPlainly, impliesPlainly } from './both.js';
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

/** One of a list that may be the first that holds, null for "none holds"; and `condition: true` or `false` for it. */
interface Maybe<T> {
  readonly one: T | null;
  readonly if: readonly string[];
}

/** Of a list in which the first that holds counts, every one that may be the first. What cannot be told is tried both ways. */
function firstOf<T extends { when?: string }>([first, ...rest]: readonly T[], question: Question): Maybe<T>[] {
  if (first === undefined) return [{ one: null, if: [] }];
  const told = first.when === undefined ? true : question.ask(first.when, question.names);
  if (told === true) return [{ one: first, if: [] }];
  const others = firstOf(rest, question);
  if (told === false) return others;
  const others_if = others.map(({ one, if: more }) => ({ one, if: [`${first.when}: false`, ...more] }));
  return [{ one: first, if: [`${first.when}: true`] }, ...others_if];
}

const negated = (text: string): string =>
  text.endsWith(': true') ? text.replace(/true$/, 'false') : text.replace(/false$/, 'true');

/** True where no condition would have to hold and not to hold. */
const canBe = (...all: readonly (readonly string[])[]): boolean =>
  all.flat().every((one) => !all.flat().includes(negated(one)));

/** Every place of the matrix where the action may stand; null where the policy has no matrix. */
function placesOf(question: Question): Maybe<Place>[] | null {
  const { classify, matrix } = question.document;
  if (classify === undefined || matrix.length === 0) return null;
  const levels = (axis: Axis) =>
    firstOf<{ is: string; when?: string; for?: string[] }>(
      classify[axis].filter((one) => speaksFor(one, question.type)),
      question,
    ).flatMap(({ one, if: condition }) => (one === null ? [] : [{ level: one.is, if: condition }]));
  return levels('impact').flatMap((i) =>
    levels('reversibility').flatMap((r) =>
      levels('regulatory_pressure').flatMap((p) => {
        const one = { impact: i.level, reversibility: r.level, regulatory_pressure: p.level };
        return canBe(i.if, r.if, p.if) ? [{ one, if: [...i.if, ...r.if, ...p.if] }] : [];
      }),
    ),
  );
}

const covers = (wanted: string | readonly string[], level: string): boolean =>
  wanted === 'any' || (typeof wanted === 'string' ? wanted === level : wanted.includes(level));

/** Distinct people that a gate needs at least, the duty to give a reason, how many separate duties; then the rest. */
function digits(gate: GateDeclaration): number[] {
  const { quorum, thresholds, factors, stages, reason, pattern, hold, evidence, dwell } = gate;
  const fewest = thresholds.length === 0 ? 0 : Math.min(...thresholds.map((one) => one.count));
  const together = [...factors, ...stages].reduce((sum, one) => sum + one.count, 0);
  const people = Math.max(quorum ?? 0, fewest, together, 1);
  const kinds = [stages.length > 0, hold ?? pattern === 'hold-before-send', evidence.length > 0, dwell !== undefined];
  return [people, ['never', 'deny', 'always'].indexOf(reason), factors.length + stages.length, ...kinds.map(Number)];
}

/** Gates that bind together weigh what the weightiest of them does in each respect; the first difference decides. */
function weight(gates: readonly GateDeclaration[]): number {
  const each = gates.map(digits);
  const most = (each[0] ?? []).map((_, at) => Math.max(...each.map((one) => one[at] ?? 0)));
  return Number(most.map((digit) => String(digit).padStart(2, '0')).join(''));
}

export function weightOf({ decision, gate }: Pick<Choice, 'decision' | 'gate'>, { gates }: PolicyDocument): number {
  if (decision !== 'require_approval') return decision === 'deny' ? Infinity : 0;
  return weight((gate ?? '').split('+').flatMap((name) => gates[name] ?? []));
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

const CLASH: Choice = { decision: 'deny', gate: null, rule: 'two_audiences', spoke: 'rule' };

/** What holds where both are said: a denial, else every gate that is asked for. */
function bothSaid(rule: Choice, cell: Choice | null, { gates }: PolicyDocument): Choice {
  if (cell === null || cell.gate === null || rule.decision === 'deny') return rule;
  if (rule.gate === null) return cell;
  const gate = bothPlainly(rule.gate, cell.gate, gates);
  if (gate === null) return CLASH;
  return gate === cell.gate && gate !== rule.gate ? cell : { ...rule, gate };
}

/** Every choice that some possible world makes: each rule that may be the first with each place where it may stand. */
function choicesOf(question: Question): Choice[] {
  const { document } = question;
  const rules = document.rules.filter((rule) => speaksFor(rule, question.type));
  const places: readonly Maybe<Place>[] = placesOf(question) ?? [{ one: null, if: [] }];
  return firstOf(rules, question).flatMap(({ one: rule, if: ruleIf }) =>
    places.flatMap(({ one: place, if: placeIf }) => {
      if (!canBe(ruleIf, placeIf)) return [];
      const cell = cellChoice(question, place, rule !== null);
      if (rule === null) return cell ?? [];
      return bothSaid({ decision: rule.then, gate: rule.gate ?? null, rule: rule.name, spoke: 'rule' }, cell, document);
    }),
  );
}

/** Below 0 where the first is looser. Of two that weigh the same the one that asks for all of the other and more. */
function compare(one: Choice, other: Choice, document: PolicyDocument): number {
  const [left, right] = [weightOf(one, document), weightOf(other, document)];
  if (left !== right) return left < right ? -1 : 1;
  if (one.gate === null || other.gate === null) return 0;
  const asks = (a: string, b: string): number => Number(impliesPlainly(a, b, document.gates));
  return (
    asks(one.gate, other.gate) - asks(other.gate, one.gate) || Number(one.rule !== null) - Number(other.rule !== null)
  );
}

/** The strictest; the earlier one where two are equally strict. */
const strictest = (choices: readonly Choice[], document: PolicyDocument): Choice =>
  choices.reduce((most, one) => (compare(one, most, document) > 0 ? one : most));

/** A dry-run gate may demand a diff; without both states there is none, and nobody can sign. */
export function demandDiff<T extends Choice>(choice: T, { gates }: PolicyDocument, { before, after }: PolicyAction): T {
  const asked = choice.decision === 'require_approval' ? (choice.gate ?? '').split('+') : [];
  const demanded = asked.some((name) => gates[name]?.pattern === 'dry-run' && gates[name].diff === 'required');
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
