import type { PolicyAction } from '../action.js';
import type { PolicySet } from '../policy-set.js';

/** Whose autonomy it is: a change of any of these starts anew. */
export interface Tuple extends Pick<PolicyAction, 'agent_version' | 'model_id' | 'action_type'> {
  readonly tenant: string;
  readonly agent_id: string;
}

/** A fact about one action. */
export interface EvidenceFact {
  readonly tuple: Tuple;
  readonly action_id: string;
  /** LogAppendTime of its record, UTC epoch milliseconds. */
  readonly timeMs: number;
}

interface Known {
  readonly tenant: string;
  /** Times at which actions became evidence and, for those found harmful, stopped being it; both ascending. */
  readonly since: number[];
  readonly until: number[];
  /** By action: when it became evidence. */
  readonly actions: Map<string, number>;
}

const keyOf = ({ tenant, agent_id, agent_version, model_id, action_type }: Tuple): string =>
  JSON.stringify([tenant, agent_id, agent_version, model_id, action_type]);

/** Index of the first time above `timeMs`. */
function after(times: readonly number[], timeMs: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? Infinity) <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

const insert = (times: number[], timeMs: number): void => void times.splice(after(times, timeMs), 0, timeMs);
const remove = (times: number[], timeMs: number): void => void times.splice(after(times, timeMs) - 1, 1);

/**
 * Which actions are evidence for a tuple: approved by people or found harmless, and never found harmful. Counts by
 * distinct action, so copies change nothing, and by log time, so a later question about the same moment hears the same
 * and the order in which partitions are read does not matter.
 */
export class Evidence {
  private readonly tuples = new Map<string, Known>();
  /** By `tenant|action_id`: when it was first found harmful. */
  private readonly harmful = new Map<string, number>();

  /** People approved the action as it was proposed, or somebody found that it did no harm. */
  good({ tuple, action_id, timeMs }: EvidenceFact): void {
    const known = this.known(tuple);
    const before = known.actions.get(action_id);
    if (before !== undefined && before <= timeMs) return;
    known.actions.set(action_id, timeMs);
    if (before !== undefined) remove(known.since, before);
    insert(known.since, timeMs);
    const harmfulAt = this.harmful.get(`${tuple.tenant}|${action_id}`);
    if (harmfulAt === undefined) return;
    if (before !== undefined) remove(known.until, Math.max(before, harmfulAt));
    insert(known.until, Math.max(timeMs, harmfulAt));
  }

  /** Somebody found that the action did harm. It is evidence no more, whatever else is said of it. */
  harm(tenant: string, action_id: string, timeMs: number): void {
    const key = `${tenant}|${action_id}`;
    const before = this.harmful.get(key);
    if (before !== undefined && before <= timeMs) return;
    this.harmful.set(key, timeMs);
    for (const one of this.tuples.values()) {
      const { until } = one;
      const since = one.tenant === tenant ? one.actions.get(action_id) : undefined;
      if (since === undefined) continue;
      if (before !== undefined) remove(until, Math.max(since, before));
      insert(until, Math.max(since, timeMs));
    }
  }

  /** Actions of the tuple that were evidence at a log time, UTC epoch milliseconds. */
  count(tuple: Tuple, timeMs: number): number {
    const known = this.tuples.get(keyOf(tuple));
    return known === undefined ? 0 : after(known.since, timeMs) - after(known.until, timeMs);
  }

  private known(tuple: Tuple): Known {
    const key = keyOf(tuple);
    const known = this.tuples.get(key) ?? {
      ...{ tenant: tuple.tenant, since: [], until: [] },
      actions: new Map<string, number>(),
    };
    this.tuples.set(key, known);
    return known;
  }
}

/** Whether any of the policies has a drift guard, so that evidence is asked for at all. */
export function guardsDrift({ tenants }: PolicySet): boolean {
  const policies = [...tenants.values()].flatMap(({ byType, fallback }) => [fallback, ...[...byType.values()].flat()]);
  return policies.some(({ policy }) => policy.driftGuard !== null);
}
