import type { ActionState, Linked, PartitionState } from './state.js';

/** What an action says that it replaces and what it takes back. */
export interface Names {
  readonly supersedes: string | null;
  readonly reverses: string | null;
}

/** The newest action that replaces another and the newest that takes it back. */
export interface LinksTo {
  readonly superseded_by: string | null;
  readonly reversed_by: string | null;
}

const namedBy = ({ supersedes, reverses }: Names): string[] =>
  [...new Set([supersedes, reverses])].filter((named) => named !== null);

/** Notes whom an action names, by the id of the one that is named; it may lie in another partition. */
export function link(state: PartitionState, action: ActionState): void {
  if (action.names === null) return;
  for (const named of namedBy(action.names)) {
    const linked: Linked = state.links.get(named) ?? [];
    state.links.set(named, linked);
    linked.push(action);
  }
}

/** Forgets it again, with the action that names. */
export function unlink(state: PartitionState, action: ActionState): void {
  if (action.names === null) return;
  for (const named of namedBy(action.names)) {
    const left = (state.links.get(named) ?? []).filter((one) => one !== action);
    if (left.length > 0) state.links.set(named, left);
    else state.links.delete(named);
  }
}

/** Which actions of the same agent name this one, over all partitions; of several the one that was submitted last. */
export function linksTo(states: readonly PartitionState[], { decided }: Pick<ActionState, 'decided'>): LinksTo {
  const { tenant, agent_id, action_id } = decided;
  const found = states
    .flatMap(({ links }) => links.get(action_id) ?? [])
    .filter((one) => one.decided.tenant === tenant && one.decided.agent_id === agent_id)
    .sort(
      (a, b) => a.decided.submitted_at - b.decided.submitted_at || (a.decided.action_id < b.decided.action_id ? -1 : 1),
    );
  const last = (member: keyof Names): string | null =>
    found.findLast(({ names }) => names?.[member] === action_id)?.decided.action_id ?? null;
  return { superseded_by: last('supersedes'), reversed_by: last('reverses') };
}
