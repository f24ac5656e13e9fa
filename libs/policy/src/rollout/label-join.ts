import type { Evidence, EvidenceFact } from './evidence.js';

/** A label that comes later than this after its action ran is no evidence of harmlessness, milliseconds. */
const WITHIN_MS = 40 * 86_400_000;

/**
 * Labels name an action, not its agent version and model; those are known from its grant. Brings the two together in
 * whatever order they are read.
 */
export class LabelJoin {
  private readonly ran = new Map<string, EvidenceFact>();
  private readonly harmless = new Map<string, number>();

  constructor(private readonly evidence: Pick<Evidence, 'good'>) {}

  /** The action got a grant. */
  run(fact: EvidenceFact): void {
    const key = `${fact.tuple.tenant}|${fact.action_id}`;
    this.ran.set(key, fact);
    this.join(fact, this.harmless.get(key));
  }

  /** Somebody found that the action did no harm. */
  label(tenant: string, action_id: string, timeMs: number): void {
    const key = `${tenant}|${action_id}`;
    const first = Math.min(timeMs, this.harmless.get(key) ?? Infinity);
    this.harmless.set(key, first);
    const fact = this.ran.get(key);
    if (fact !== undefined) this.join(fact, first);
  }

  /** Drops what no later label can meet. Only for a reader that is up to date with all topics. */
  forget(nowMs: number): void {
    for (const [key, { timeMs }] of this.ran) {
      if (timeMs >= nowMs - WITHIN_MS) break;
      this.ran.delete(key);
    }
    for (const [key, timeMs] of this.harmless) {
      if (timeMs >= nowMs - WITHIN_MS) break;
      this.harmless.delete(key);
    }
  }

  private join(fact: EvidenceFact, labelledMs: number | undefined): void {
    if (labelledMs === undefined || labelledMs - fact.timeMs > WITHIN_MS) return;
    this.evidence.good({ ...fact, timeMs: Math.max(fact.timeMs, labelledMs) });
  }
}
