import type { HistoryRow } from './history-row.js';
import type { Standing } from './standing.js';

/** One side of the comparison at one gate. */
export interface GateEffort {
  readonly actions: number;
  /** Of them, those that this gate did not hold when they were decided: their time is the gate's median. */
  readonly estimated: number;
  /** Reviewers' minutes, two decimals; null when some action has no time to estimate from. */
  readonly minutes: string | null;
  /** Answers after `respond_by`: recorded ones, and for the estimated actions as many as the gate's record suggests. */
  readonly sla_misses: number | null;
}

/** What a gate asks of people before and after. */
export interface GateLoad {
  readonly gate: string;
  /** Median of the recorded handling time of one action, seconds, three decimals; null without a record. */
  readonly median_handling_s: string | null;
  /** Of the recorded requests that ended, how many were answered late. */
  readonly recorded_sla: { readonly k: number; readonly n: number };
  readonly before: GateEffort;
  readonly after: GateEffort;
}

/** Reviewers' minutes over all gates, two decimals; null where some gate's are not known. */
export interface Minutes {
  readonly before: string | null;
  readonly after: string | null;
}

interface Side {
  actions: number;
  estimated: number;
  recordedMs: number;
  recordedMisses: number;
}

interface Ledger {
  readonly handling: number[];
  readonly sla: { k: number; n: number };
  readonly before: Side;
  readonly after: Side;
}

const emptySide = (): Side => ({ actions: 0, estimated: 0, recordedMs: 0, recordedMisses: 0 });

/** Whole milliseconds in the middle of the values, rounded down between two; null for none. */
function medianOf(values: readonly number[]): number | null {
  const sorted = Float64Array.from(values).sort();
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? null : Math.floor((low + high) / 2);
}

/** Whole milliseconds as a decimal of a unit: `decimals` digits, rounded half up. */
function decimalOf(ms: number, unitMs: number, decimals: number): string {
  const scale = 10 ** decimals;
  const units = Math.floor((ms * scale + unitMs / 2) / unitMs);
  return `${Math.floor(units / scale)}.${String(units % scale).padStart(decimals, '0')}`;
}

const minutesOf = (ms: number | null): string | null => (ms === null ? null : decimalOf(ms, 60_000, 2));

/** Milliseconds of one side: recorded, and estimated for the others; null when there is nothing to estimate from. */
function effortMs({ estimated, recordedMs }: Side, estimateMs: number | null): number | null {
  return estimated > 0 && estimateMs === null ? null : recordedMs + estimated * (estimateMs ?? 0);
}

/** Late answers of one side: recorded, and for the others as many as the gate's record suggests, rounded up. */
function missesOf({ estimated, recordedMisses }: Side, { k, n }: Ledger['sla']): number | null {
  return estimated > 0 && n === 0 ? null : recordedMisses + Math.ceil((estimated * k) / Math.max(n, 1));
}

/** Reviewers' time and lateness by gate: recorded where the gate held the action, estimated from its record elsewhere. */
export class EffortCount {
  private readonly ledgers = new Map<string, Ledger>();
  private readonly allHandling: number[] = [];

  add(row: HistoryRow, before: Standing, after: Standing): void {
    this.learn(row);
    this.count('before', row, before);
    this.count('after', row, after);
  }

  /** By gate name. */
  loads(): GateLoad[] {
    const names = [...this.ledgers.keys()].sort();
    return names.map((gate) => this.loadOf(gate, this.ledgerOf(gate)));
  }

  minutes(): Minutes {
    const total = (name: 'before' | 'after'): number | null => {
      const each = [...this.ledgers.values()].map((ledger) => effortMs(ledger[name], this.estimateOf(ledger)));
      return each.reduce<number | null>((sum, ms) => (sum === null || ms === null ? null : sum + ms), 0);
    };
    return { before: minutesOf(total('before')), after: minutesOf(total('after')) };
  }

  /** The gate's median; where it has no record, that of all gates. */
  private estimateOf({ handling }: Ledger): number | null {
    return medianOf(handling) ?? medianOf(this.allHandling);
  }

  private ledgerOf(gate: string): Ledger {
    const known = this.ledgers.get(gate);
    if (known !== undefined) return known;
    const ledger = { handling: [], sla: { k: 0, n: 0 }, before: emptySide(), after: emptySide() };
    this.ledgers.set(gate, ledger);
    return ledger;
  }

  private learn({ decision, handling_ms, sla_missed }: HistoryRow): void {
    if (decision.gate === null) return;
    const { handling, sla } = this.ledgerOf(decision.gate);
    if (handling_ms !== null) {
      handling.push(handling_ms);
      this.allHandling.push(handling_ms);
    }
    if (sla_missed !== null) sla.n += 1;
    if (sla_missed === true) sla.k += 1;
  }

  private count(name: 'before' | 'after', row: HistoryRow, { way, gate }: Standing): void {
    if (way !== 'gated' || gate === null) return;
    const side = this.ledgerOf(gate)[name];
    side.actions += 1;
    if (row.decision.gate !== gate) side.estimated += 1;
    else {
      side.recordedMs += row.handling_ms ?? 0;
      if (row.sla_missed === true) side.recordedMisses += 1;
    }
  }

  private loadOf(gate: string, ledger: Ledger): GateLoad {
    const { handling, sla, before, after } = ledger;
    const median = medianOf(handling);
    const estimateMs = this.estimateOf(ledger);
    const effort = (side: Side): GateEffort => ({
      actions: side.actions,
      estimated: side.estimated,
      minutes: minutesOf(effortMs(side, estimateMs)),
      sla_misses: missesOf(side, sla),
    });
    const median_handling_s = median === null ? null : decimalOf(median, 1_000, 3);
    return { gate, median_handling_s, recorded_sla: { ...sla }, before: effort(before), after: effort(after) };
  }
}
