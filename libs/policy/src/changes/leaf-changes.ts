import type { Effect, PolicyChange } from './change.js';
import { moves, opposite } from './change.js';

type Leaf = string | number | boolean | null;

/** The leaves of a value by their path, `share` or `agents.refund-agent.mode`. */
function leavesOf(value: unknown, path = ''): [string, Leaf][] {
  if (typeof value !== 'object' || value === null) return [[path, (value ?? null) as Leaf]];
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object'))
    return value.length === 0 ? [] : [[path, value.join(', ')]];
  return Object.entries(value).flatMap(([name, member]) => leavesOf(member, path === '' ? name : `${path}.${name}`));
}

const shown = (leaf: Leaf | undefined): string => (leaf === undefined || leaf === null ? 'nothing' : String(leaf));

/** What a higher number (or true) does, by the last name of the path. */
export type Risings = Readonly<Record<string, Effect>>;

function leafChange(
  subject: string,
  path: string,
  change: readonly (Leaf | undefined)[],
  risings: Risings,
): PolicyChange {
  const [from, to] = change;
  const rising = risings[path.split('.').at(-1) ?? ''] ?? null;
  const name = path.replaceAll('_', ' ');
  if (typeof from === 'number' && typeof to === 'number') {
    const text = `${name} ${moves(from, to)} from ${from} to ${to}`.trimStart();
    return { subject, text, effect: to > from ? rising : opposite(rising) };
  }
  const text = `${name} changes from ${shown(from)} to ${shown(to)}`.trimStart();
  const effect =
    typeof to === 'boolean' || typeof from === 'boolean' ? (to === true ? rising : opposite(rising)) : null;
  return { subject, text, effect };
}

/** What changed about a part of the document whose words stand for themselves. */
export function leafChanges(subject: string, from: unknown, to: unknown, risings: Risings = {}): PolicyChange[] {
  const [before, after] = [new Map(leavesOf(from)), new Map(leavesOf(to))];
  const paths = [...new Set([...before.keys(), ...after.keys()])];
  return paths
    .filter((path) => before.get(path) !== after.get(path))
    .map((path) => leafChange(subject, path, [before.get(path), after.get(path)], risings));
}
