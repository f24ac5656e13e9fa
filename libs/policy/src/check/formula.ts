import type { ASTNode } from '@marcbachmann/cel-js';
import type { Condition } from '../condition.js';
import type { AtomReads } from './literals.js';
import { astOf, childrenOf, readsOf } from './literals.js';

/** A part of a condition that is asked as a whole. */
export interface Atom {
  readonly text: string;
  readonly reads: AtomReads;
}

/** A condition as logic over atoms, so that it can be asked while some facts are still open. */
export type Formula =
  | { readonly kind: 'atom'; readonly atom: Atom }
  | { readonly kind: 'not'; readonly of: Formula }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Formula[] };

export const TRUE: Formula = { kind: 'and', of: [] };

/** Atoms of one action type; the same text is the same atom. */
export type Atoms = Map<string, Atom>;

function atomOf(node: ASTNode, text: string, atoms: Atoms): Formula {
  const own = text.slice(node.start, node.end);
  const atom = atoms.get(own) ?? { text: own, reads: readsOf(node) };
  atoms.set(own, atom);
  return { kind: 'atom', atom };
}

function formulaOfNode(node: ASTNode, text: string, atoms: Atoms): Formula {
  const parts = (): Formula[] => childrenOf(node).map((child) => formulaOfNode(child, text, atoms));
  if (node.op === '&&') return { kind: 'and', of: parts() };
  if (node.op === '||') return { kind: 'or', of: parts() };
  if (node.op === '!_') return { kind: 'not', of: formulaOfNode(node.args, text, atoms) };
  if (node.op !== '?:') return atomOf(node, text, atoms);
  const [test, yes, no] = parts() as [Formula, Formula, Formula];
  const otherwise: Formula = { kind: 'and', of: [{ kind: 'not', of: test }, no] };
  return { kind: 'or', of: [{ kind: 'and', of: [test, yes] }, otherwise] };
}

/** A condition taken apart; one that is not there is true. */
export const formulaOf = (condition: Condition | null, atoms: Atoms): Formula =>
  condition === null ? TRUE : formulaOfNode(astOf(condition.text), condition.text, atoms);

/** Every atom in a formula. */
export const atomsIn = (formula: Formula): Atom[] =>
  formula.kind === 'atom' ? [formula.atom] : [formula.of].flat().flatMap(atomsIn);

/** Kleene's three values: null is open. */
export function truthOf(formula: Formula, ask: (atom: Atom) => boolean | null): boolean | null {
  if (formula.kind === 'atom') return ask(formula.atom);
  if (formula.kind === 'not') {
    const inner = truthOf(formula.of, ask);
    return inner === null ? null : !inner;
  }
  const decisive = formula.kind === 'or';
  let open = false;
  for (const part of formula.of) {
    const one = truthOf(part, ask);
    if (one === decisive) return decisive;
    open ||= one === null;
  }
  return open ? null : !decisive;
}
