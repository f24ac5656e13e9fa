import type { Formula } from './formula.js';
import type { Choice, Space } from './space.js';

/** What an input must be: each formula true, or false. */
export interface Wanted {
  readonly formula: Formula;
  readonly is: boolean;
}

/** How many questions a search may still ask. Below 0 it gives up, and what it did not find may still exist. */
export interface Budget {
  left: number;
}

export const isSpent = ({ left }: Budget): boolean => left < 0;

/** What is still open under a choice; null when the choice contradicts it for good. */
function openUnder(space: Space, wanted: readonly Wanted[], choice: Choice, budget: Budget): readonly Wanted[] | null {
  const open: Wanted[] = [];
  budget.left -= wanted.length;
  for (const one of wanted) {
    const truth = space.truth(one.formula, choice);
    if (truth === one.is) continue;
    if (truth !== null || space.slotsIn(one.formula).every((slot) => choice[slot] !== -1)) return null;
    open.push(one);
  }
  return open;
}

function descend(space: Space, wanted: readonly Wanted[], choice: Choice, budget: Budget): Choice | null {
  if (isSpent(budget)) return null;
  const open = openUnder(space, wanted, choice, budget);
  const [first] = open ?? [];
  if (open === null || first === undefined) return open === null ? null : choice;
  const slot = space.slotsIn(first.formula).find((index) => choice[index] === -1) ?? -1;
  for (const value of valueOrder(space, slot)) {
    const found = descend(space, open, choice.with(slot, value), budget);
    if (found !== null) return found;
  }
  return null;
}

/** Values inside a stretch make plainer examples than those on its edge, so they come first. */
function valueOrder(space: Space, slot: number): number[] {
  const values = space.slots[slot]?.values ?? [];
  const onEdge = (index: number): boolean => {
    const stretch = values[index]?.stretch;
    return !!stretch && stretch.low === stretch.high;
  };
  const indexes = [...values.keys()];
  return [...indexes.filter((index) => !onEdge(index)), ...indexes.filter(onEdge)];
}

const nothing = (space: Space): Choice => space.slots.map(() => -1);

/** An input that is as wanted, with -1 where it does not matter; null when there is none, or the budget is spent. */
export function find(space: Space, wanted: readonly Wanted[], budget: Budget): Choice | null {
  const [must, not] = [wanted.filter(({ is }) => is), wanted.filter(({ is }) => !is)];
  // Most questions fail on what must be true alone, which is asked sooner than all that must not be.
  if (must.length > 1 && descend(space, must, nothing(space), budget) === null) return null;
  return descend(space, [...must, ...not], nothing(space), budget);
}

/** A block of inputs: for some slots the values that belong to it. */
export type Region = readonly (readonly [slot: number, values: readonly number[]])[];

interface Branch {
  readonly values: number[];
  readonly child: number;
}

/** A decision diagram: node 0 holds nothing, node 1 everything, the others branch on a slot. */
interface Diagram {
  readonly ids: Map<string, number>;
  readonly nodes: { readonly slot: number; readonly branches: readonly Branch[] }[];
}

const NOTHING = 0;
const EVERYTHING = 1;

function nodeFor(diagram: Diagram, slot: number, children: readonly number[]): number {
  const [first = NOTHING] = children;
  if (children.every((child) => child === first)) return first;
  const key = `${slot}:${children.join()}`;
  const known = diagram.ids.get(key);
  if (known !== undefined) return known;
  const branches: Branch[] = [];
  children.forEach((child, value) => {
    if (child === NOTHING) return;
    const same = branches.find((branch) => branch.child === child);
    if (same === undefined) branches.push({ values: [value], child });
    else same.values.push(value);
  });
  diagram.nodes.push({ slot, branches });
  diagram.ids.set(key, diagram.nodes.length + 1);
  return diagram.nodes.length + 1;
}

interface Sweep {
  readonly space: Space;
  readonly order: readonly number[];
  readonly diagram: Diagram;
  readonly budget: Budget;
}

function sweep(state: Sweep, wanted: readonly Wanted[], choice: Choice): number {
  const { space, order, diagram, budget } = state;
  const open = isSpent(budget) ? null : openUnder(space, wanted, choice, budget);
  if (open === null) return NOTHING;
  if (open.length === 0) return EVERYTHING;
  const read = new Set(open.flatMap(({ formula }) => space.slotsIn(formula)));
  const slot = order.find((index) => choice[index] === -1 && read.has(index)) ?? -1;
  const values = space.slots[slot]?.values ?? [];
  const children = values.map((_value, index) => sweep(state, open, choice.with(slot, index)));
  return nodeFor(diagram, slot, children);
}

function pathsFrom({ nodes }: Diagram, id: number, path: Region): Region[] {
  if (id === NOTHING) return [];
  const node = id === EVERYTHING ? undefined : nodes[id - 2];
  if (node === undefined) return [path];
  return node.branches.flatMap(({ values, child }) =>
    pathsFrom({ nodes } as Diagram, child, [...path, [node.slot, values]]),
  );
}

/** All inputs that are as wanted, as blocks without overlap. With a spent budget some are missing. */
export function regionsOf(space: Space, wanted: readonly Wanted[], budget: Budget): Region[] {
  const order = [...new Set(wanted.flatMap(({ formula }) => space.slotsIn(formula)))];
  const diagram: Diagram = { ids: new Map(), nodes: [] };
  const root = sweep({ space, order, diagram, budget }, wanted, nothing(space));
  return pathsFrom(diagram, root, []);
}
