import type { ASTNode } from '@marcbachmann/cel-js';
import { Environment } from '@marcbachmann/cel-js';
import type { Fact } from './facts.js';
import { DENIALS } from './denials/denials.js';
import { keywordFault, rememberKeywords } from './keywords.js';
import { MONEY_OPERATORS, moneyLiteral, MoneyValue, rememberLiterals } from './money.js';
import { countersOf, isCounted, VELOCITY } from './velocity-facts.js';

const LIMITS = { maxAstNodes: 400, maxDepth: 20, maxListElements: 200, maxMapEntries: 0, maxCallArguments: 3 };
// Comparison and logic only: nothing in the language can overflow, divide by zero, index past an end or run longer than its input.
const OPERATORS = new Set([
  'value',
  'id',
  '.',
  'list',
  '?:',
  '||',
  '&&',
  '!_',
  '-_',
  '!=',
  '==',
  'in',
  '<',
  '<=',
  '>',
  '>=',
]);
const FUNCTIONS = new Set(['money', 'size', 'mentions']);
const METHODS = new Set(['contains', 'startsWith', 'endsWith', 'size', 'lowerAscii']);
const MACROS = new Set(['exists', 'all', 'exists_one']);

/** Objects of what the log counts. */
const COUNTED: readonly string[] = [VELOCITY, DENIALS];

/** A condition of a policy, checked and compiled. */
export interface Condition {
  readonly text: string;
  /** Names of the facts that it reads. */
  readonly facts: readonly string[];
  readonly usesPresence: boolean;
  /** Throws when a fact that matters is absent from the context. */
  readonly test: (context: Record<string, unknown>) => unknown;
}

/** Why a condition was refused, and where in its text. */
export class ConditionError extends Error {
  constructor(
    message: string,
    readonly position: number,
  ) {
    super(message);
  }
}

/** The expression language over some facts. A name or a type that is not among them is an error at load. */
export function languageOf(facts: readonly Fact[]): Environment {
  const language = new Environment({ unlistedVariablesAreDyn: false, limits: LIMITS });
  language.registerType('Money', MoneyValue);
  language.registerFunction('money(string, string): Money', rememberLiterals());
  language.registerFunction('mentions(string, list<string>): bool', rememberKeywords());
  for (const [operator, compare] of Object.entries(MONEY_OPERATORS))
    language.registerOperator(`Money ${operator} Money`, compare);
  const plain = facts.filter((fact) => !isCounted(fact));
  for (const { name, celType } of plain) language.registerVariable(name, celType);
  for (const holder of COUNTED) language.registerVariable(holder, { schema: countersOf(facts, holder) });
  language.registerVariable('present', { schema: Object.fromEntries(plain.map(({ name }) => [name, 'bool'])) });
  return language;
}

interface Walk {
  readonly facts: ReadonlyMap<string, Fact>;
  readonly read: Set<string>;
  usesPresence: boolean;
  insideMacro: boolean;
}

const refuse = (node: ASTNode, message: string): never => {
  throw new ConditionError(message, node.start);
};

function checkMoney(node: ASTNode, args: readonly ASTNode[], currencies: Set<string | null>): void {
  const [value, currency] = args.map((arg) => (arg.op === 'value' && typeof arg.args === 'string' ? arg.args : null));
  if (!value || !currency) return refuse(node, 'expected money("<amount>", "<currency>") with two literals');
  try {
    moneyLiteral(value, currency);
  } catch {
    refuse(node, 'expected a plain decimal with at most the decimals of the currency, and the currency of a fact');
  }
  if (!currencies.has(currency))
    refuse(node, `expected a currency of a declared money fact (${[...currencies].join(', ') || 'none'})`);
}

function checkKeywords(node: ASTNode, list: ASTNode | undefined): void {
  const keywords = list?.op === 'list' ? list.args : [];
  if (keywords.length === 0) refuse(node, 'expected mentions(<text>, ["<keyword>", …]) with literals');
  for (const keyword of keywords) {
    if (keyword.op !== 'value' || typeof keyword.args !== 'string')
      return refuse(keyword, 'expected a literal keyword');
    const fault = keywordFault(keyword.args);
    if (fault !== null) refuse(keyword, fault);
  }
}

function walkCall(node: ASTNode & { op: 'call' | 'rcall' }, walk: Walk): void {
  const [name, ...rest] = node.args as [string, ...(ASTNode | ASTNode[])[]];
  const children = rest.flat();
  const macro = node.op === 'rcall' && MACROS.has(name);
  if (!macro && !(node.op === 'call' ? FUNCTIONS : METHODS).has(name)) {
    refuse(
      node,
      `expected one of ${[...FUNCTIONS, ...METHODS, ...MACROS].join(', ')}; \`${name}\` is not part of the language`,
    );
  }
  if (name === 'money') checkMoney(node, children, new Set([...walk.facts.values()].map((fact) => fact.currency)));
  if (name === 'mentions') checkKeywords(node, children[1]);
  // One macro inside another takes time quadratic in what the agent sent.
  if (macro && walk.insideMacro) refuse(node, `expected no \`${name}\` inside another list macro`);
  const outer = walk.insideMacro;
  walk.insideMacro ||= macro;
  for (const child of children) visit(child, walk);
  walk.insideMacro = outer;
}

const isNode = (value: unknown): value is ASTNode => typeof value === 'object' && value !== null && 'op' in value;

const MAX_INT = 2n ** 63n - 1n;

/** Whole numbers of the expression language have 64 bits; a longer one would say nothing of any fact. */
function checkNumber(node: ASTNode, value: unknown): void {
  if (typeof value === 'bigint' && (value > MAX_INT || value < -MAX_INT))
    refuse(node, 'expected a whole number of at most 64 bits');
}

/** The object of counters that a node names, or null. */
const counterOf = (node: ASTNode): string | null =>
  node.op === 'id' && COUNTED.includes(node.args) ? node.args : null;

function visit(node: ASTNode, walk: Walk): void {
  if (node.op === 'call' || node.op === 'rcall') return walkCall(node, walk);
  if (!OPERATORS.has(node.op))
    refuse(node, `expected comparison and logic only; \`${node.op}\` is not part of the language`);
  const holder = node.op === '.' ? counterOf(node.args[0]) : null;
  if (node.op === '.' && holder !== null) return void walk.read.add(`${holder}.${node.args[1]}`);
  if (node.op === 'value') checkNumber(node, node.args);
  if (node.op === 'id') {
    if (walk.facts.has(node.args)) walk.read.add(node.args);
    walk.usesPresence ||= node.args === 'present';
    return;
  }
  if (node.op === '-_' && node.args.op !== 'value') refuse(node, 'expected a minus before a literal number only');
  const children: unknown[] = [node.args].flat();
  for (const child of children) if (isNode(child)) visit(child, walk);
}

const summaryOf = (error: unknown): { message: string; position: number } => {
  const { summary, message, range } = error as { summary?: string; message?: string; range?: { start: number } };
  return { message: summary ?? message ?? String(error), position: range?.start ?? 0 };
};

function parse(language: Environment, text: string): ReturnType<Environment['parse']> {
  try {
    return language.parse(text);
  } catch (error) {
    const { message, position } = summaryOf(error);
    throw new ConditionError(`expected a CEL expression: ${message}`, position);
  }
}

/** @throws ConditionError for anything that is not a well-typed yes-or-no question over the declared facts */
export function compileCondition(language: Environment, facts: readonly Fact[], text: string): Condition {
  const parsed = parse(language, text);
  const walk: Walk = {
    facts: new Map(facts.map((fact) => [fact.name, fact])),
    read: new Set(),
    usesPresence: false,
    insideMacro: false,
  };
  visit(parsed.ast, walk);
  const checked = parsed.check();
  if (!checked.valid) {
    const { message, position } = summaryOf(checked.error);
    throw new ConditionError(`expected names and types of declared facts: ${message}`, position);
  }
  if (checked.type !== 'bool') throw new ConditionError(`expected a condition of type bool, not ${checked.type}`, 0);
  return { text, facts: [...walk.read], usesPresence: walk.usesPresence, test: parsed };
}
