import type { ASTNode } from '@marcbachmann/cel-js';
import { parse } from '@marcbachmann/cel-js';

export interface MoneyLiteral {
  readonly value: string;
  readonly currency: string;
}
export type Literal = string | number | bigint | boolean | MoneyLiteral;

/** A fact compared with a literal; the fact stands on the left. */
export interface Comparison {
  readonly fact: string;
  readonly operator: string;
  readonly literal: Literal;
}

/** What one atom of a condition reads, and what it compares with. */
export interface AtomReads {
  readonly facts: ReadonlySet<string>;
  /** Facts whose presence is asked for. */
  readonly presence: ReadonlySet<string>;
  readonly comparisons: readonly Comparison[];
  /** Every text literal in it. */
  readonly texts: readonly string[];
  /** Only comparisons of one fact with literals: values on the same side of all of them are alike. */
  readonly exact: boolean;
}

const FLIPPED: Readonly<Record<string, string>> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  '==': '==',
  '!=': '!=',
};

export const astOf = (condition: string): ASTNode => parse(condition).ast;

const isNode = (value: unknown): value is ASTNode => typeof value === 'object' && value !== null && 'op' in value;

export const childrenOf = (node: ASTNode): ASTNode[] =>
  [node.args].flat(2).filter((child: unknown): child is ASTNode => isNode(child));

const memberOf = (node: ASTNode, holder: string): string | null =>
  node.op === '.' && node.args[0].op === 'id' && node.args[0].args === holder ? node.args[1] : null;

/** The fact that a node is, by its name in explanations; null for anything else. */
function factOf(node: ASTNode): string | null {
  if (node.op === 'id') return node.args === 'present' ? null : node.args;
  const counter = ['velocity', 'denials'].flatMap((holder) => {
    const member = memberOf(node, holder);
    return member === null ? [] : [`${holder}.${member}`];
  });
  return counter[0] ?? null;
}

function negated(literal: Literal | null): Literal | null {
  if (typeof literal === 'number') return -literal;
  return typeof literal === 'bigint' ? -literal : null;
}

/** The literal that a node is, or null. */
function literalOf(node: ASTNode): Literal | null {
  if (node.op === '-_') return negated(literalOf(node.args));
  if (node.op === 'value')
    return ['string', 'number', 'bigint', 'boolean'].includes(typeof node.args) ? (node.args as Literal) : null;
  if (node.op !== 'call' || node.args[0] !== 'money') return null;
  const [value, currency] = node.args[1].map((argument) => argument.args);
  return typeof value === 'string' && typeof currency === 'string' ? { value, currency } : null;
}

function membershipOf(fact: string, list: ASTNode): Comparison[] | null {
  if (list.op !== 'list') return null;
  const literals = list.args.map(literalOf);
  return literals.some((literal) => literal === null)
    ? null
    : literals.map((literal) => ({ fact, operator: '==', literal: literal as Literal }));
}

/** The comparisons that an atom is; null when it is anything else. */
function comparisonsOf(node: ASTNode): Comparison[] | null {
  if (memberOf(node, 'present') !== null || factOf(node) !== null) return [];
  if (node.op !== 'in' && !(node.op in FLIPPED)) return null;
  const [left, right] = node.args as [ASTNode, ASTNode];
  const fact = factOf(left);
  if (node.op === 'in') return fact === null ? null : membershipOf(fact, right);
  const literal = literalOf(right);
  if (fact !== null && literal !== null) return [{ fact, operator: node.op, literal }];
  const [other, first] = [factOf(right), literalOf(left)];
  return other === null || first === null
    ? null
    : [{ fact: other, operator: FLIPPED[node.op] ?? node.op, literal: first }];
}

const isOrderedText = ({ operator, literal }: Comparison): boolean =>
  typeof literal === 'string' && operator !== '==' && operator !== '!=';

interface Walk {
  readonly facts: Set<string>;
  readonly presence: Set<string>;
  readonly comparisons: Comparison[];
  readonly texts: string[];
}

function visit(node: ASTNode, walk: Walk): void {
  const presence = memberOf(node, 'present');
  const fact = factOf(node);
  if (presence !== null) walk.presence.add(presence);
  else if (fact !== null) walk.facts.add(fact);
  else {
    walk.comparisons.push(...(comparisonsOf(node) ?? []));
    if (node.op === 'value' && typeof node.args === 'string') walk.texts.push(node.args);
    for (const child of childrenOf(node)) visit(child, walk);
  }
}

/** Reads one atom of a condition: a part without `&&`, `||`, `!` and `?:`, or a whole condition. */
export function readsOf(node: ASTNode): AtomReads {
  const walk: Walk = { facts: new Set(), presence: new Set(), comparisons: [], texts: [] };
  visit(node, walk);
  const whole = comparisonsOf(node);
  return { ...walk, exact: whole !== null && !whole.some(isOrderedText) };
}
