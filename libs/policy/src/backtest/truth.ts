import type { HistoryRow } from './history-row.js';
import type { Standing } from './standing.js';

/** Errors of one version against a truth; positive = its rules do not allow. */
export interface Errors {
  /** Positive and harmless. */
  readonly false_positives: number;
  /** Not positive and harmful. */
  readonly false_negatives: number;
}

/** Errors before and after, over the actions whose truth is known. */
export interface TruthTable {
  readonly harmful: number;
  readonly harmless: number;
  /** Actions without a truth; in no other number. */
  readonly unknown: number;
  readonly before: Errors;
  readonly after: Errors;
}

type Truth = 'harmful' | 'harmless' | null;

/** The label that was recorded last. */
export const byLabel = ({ label }: HistoryRow): Truth => label;

/** An effect that was rolled back or failed its checks did harm; one that was executed and passed did none. */
export function byOutcome({ outcome_status, post_checks_failed }: HistoryRow): Truth {
  if (outcome_status === 'rolled_back' || (post_checks_failed ?? 0) > 0) return 'harmful';
  return outcome_status === 'executed' ? 'harmless' : null;
}

/** Counts one truth over many actions. */
export class TruthCount {
  private readonly counts = { harmful: 0, harmless: 0, unknown: 0 };
  private readonly errors = {
    before: { false_positives: 0, false_negatives: 0 },
    after: { false_positives: 0, false_negatives: 0 },
  };

  constructor(private readonly truthOf: (row: HistoryRow) => Truth) {}

  add(row: HistoryRow, before: Standing, after: Standing): void {
    const truth = this.truthOf(row);
    this.counts[truth ?? 'unknown'] += 1;
    this.judge('before', truth, before);
    this.judge('after', truth, after);
  }

  table(): TruthTable {
    const { before, after } = this.errors;
    return { ...this.counts, before: { ...before }, after: { ...after } };
  }

  private judge(side: 'before' | 'after', truth: Truth, { policy_decision }: Standing): void {
    const positive = policy_decision !== 'allow';
    if (positive && truth === 'harmless') this.errors[side].false_positives += 1;
    if (!positive && truth === 'harmful') this.errors[side].false_negatives += 1;
  }
}
