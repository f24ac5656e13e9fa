import { addDecimal } from '@countersign/canonical';
import type { Money } from '@countersign/canonical';
import type { HistoryRow } from './history-row.js';

/** Actions that did not run by themselves and now would. */
export interface Exposure {
  readonly actions: number;
  /** Of them: people said no. */
  readonly denied_by_people: number;
  /** People approved only after changing the parameters. */
  readonly edited_by_people: number;
  readonly denied_by_policy: number;
  /** Nobody answered in time, or the proposal was withdrawn. */
  readonly expired_or_cancelled: number;
  readonly labelled_harmful: number;
  /** Sum of the amounts, by currency. */
  readonly money: readonly Money[];
  readonly without_amount: number;
}

/** Why an action that would now run by itself deserves a look, or null. */
export type Concern = 'denied_by_people' | 'edited_by_people' | 'denied_by_policy' | 'expired_or_cancelled';

export function concernOf({ approval_status, resolved_by, changed }: HistoryRow): Concern | null {
  if (approval_status === 'denied') return resolved_by === 'policy' ? 'denied_by_policy' : 'denied_by_people';
  if (approval_status === 'expired' || approval_status === 'cancelled') return 'expired_or_cancelled';
  return changed && approval_status === 'approved' ? 'edited_by_people' : null;
}

export class ExposureCount {
  private readonly counts = {
    ...{ actions: 0, denied_by_people: 0, edited_by_people: 0, denied_by_policy: 0, expired_or_cancelled: 0 },
    ...{ labelled_harmful: 0, without_amount: 0 },
  };
  private readonly sums = new Map<string, string>();

  /** Takes an action that would newly run by itself. */
  add(row: HistoryRow): void {
    const concern = concernOf(row);
    this.counts.actions += 1;
    if (concern !== null) this.counts[concern] += 1;
    if (row.label === 'harmful') this.counts.labelled_harmful += 1;
    if (row.amount === null) this.counts.without_amount += 1;
    else this.sums.set(row.amount.currency, addDecimal(this.sums.get(row.amount.currency) ?? '0', row.amount.value));
  }

  exposure(): Exposure {
    const currencies = [...this.sums].sort(([a], [b]) => (a < b ? -1 : 1));
    return { ...this.counts, money: currencies.map(([currency, value]) => ({ value, currency })) };
  }
}
