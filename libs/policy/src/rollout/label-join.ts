import type { Evidence, EvidenceFact, Tuple } from './evidence.js';

/** A label that comes later than this after its action ran is no evidence of harmlessness, milliseconds. */
const WITHIN_MS = 40 * 86_400_000;

interface Run {
  readonly tuple: Tuple;
  readonly timeMs: number;
}

/** One tenant's actions; the ids themselves are the keys, so that no further text is kept. */
interface Tenant {
  readonly ran: Map<string, Run>;
  readonly harmless: Map<string, number>;
}

/**
 * Labels name an action, not its agent version and model; those are known from its grant. Brings the two together in
 * whatever order they are read.
 */
export class LabelJoin {
  private readonly tenants = new Map<string, Tenant>();

  constructor(private readonly evidence: Pick<Evidence, 'good'>) {}

  /** The action got a grant. Tuples that are one object are kept once. */
  run({ tuple, action_id, timeMs }: EvidenceFact): void {
    const { ran, harmless } = this.tenant(tuple.tenant);
    ran.set(action_id, { tuple, timeMs });
    this.join(ran, action_id, harmless.get(action_id));
  }

  /** Somebody found that the action did no harm. */
  label(tenant: string, action_id: string, timeMs: number): void {
    const { ran, harmless } = this.tenant(tenant);
    const first = Math.min(timeMs, harmless.get(action_id) ?? Infinity);
    harmless.set(action_id, first);
    this.join(ran, action_id, first);
  }

  /** Drops what no later label can meet. Only for a reader that is up to date with all topics. */
  forget(nowMs: number): void {
    for (const { ran, harmless } of this.tenants.values()) {
      for (const [action_id, { timeMs }] of ran) {
        if (timeMs >= nowMs - WITHIN_MS) break;
        ran.delete(action_id);
      }
      for (const [action_id, timeMs] of harmless) {
        if (timeMs >= nowMs - WITHIN_MS) break;
        harmless.delete(action_id);
      }
    }
  }

  private join(ran: Tenant['ran'], action_id: string, labelledMs: number | undefined): void {
    const run = ran.get(action_id);
    if (run === undefined || labelledMs === undefined || labelledMs - run.timeMs > WITHIN_MS) return;
    this.evidence.good({ tuple: run.tuple, action_id, timeMs: Math.max(run.timeMs, labelledMs) });
  }

  private tenant(name: string): Tenant {
    const known = this.tenants.get(name) ?? { ran: new Map<string, Run>(), harmless: new Map<string, number>() };
    this.tenants.set(name, known);
    return known;
  }
}
