import { digestOf } from '@countersign/canonical';
import type { Money } from '@countersign/canonical';
import type { Decision } from '../decision.js';
import { EffortCount } from './effort.js';
import type { GateLoad, Minutes } from './effort.js';
import { concernOf, ExposureCount } from './exposure.js';
import type { Concern, Exposure } from './exposure.js';
import type { Contender, HistoryRow, RecordedDecision } from './history-row.js';
import type { Standing, Way } from './standing.js';
import { isSame, nameOf, recordedStanding, standingOf } from './standing.js';
import { byLabel, byOutcome, TruthCount } from './truth.js';
import type { TruthTable } from './truth.js';

/** Fewer decided actions than this say nothing about a version. */
export const DEFAULT_MIN_HISTORY = 200;

export interface BacktestQuestion {
  readonly candidate: Contender;
  /** null where no version is active: then the record alone is the other side. */
  readonly active: Contender | null;
  readonly min_history?: number;
}

/** An action that the candidate decides otherwise. */
export interface ChangedAction {
  readonly action_id: string;
  readonly decided_at: string;
  readonly action_type: string;
  readonly environment: string;
  readonly before: Standing;
  readonly after: Standing & { readonly rule: string | null };
  readonly amount: Money | null;
  readonly approval_status: string;
  /** Set when it would newly run by itself and people or policy had held it. */
  readonly concern: Concern | null;
  readonly outcome_status: string | null;
  readonly label: string | null;
}

type Names = Pick<Contender, 'name' | 'content_hash'>;

/** Equal for equal versions and actions, in whatever order the actions came. */
export interface BacktestResult {
  readonly status: 'complete' | 'insufficient_history';
  readonly candidate: Names;
  readonly active: Names | null;
  /** Decided actions that were compared. */
  readonly actions: number;
  readonly min_history: number;
  /** Of the actions that the active version decided, how many it decides again as recorded. */
  readonly reproduced: { readonly k: number; readonly n: number };
  readonly changed: number;
  readonly before: Readonly<Record<Way, number>>;
  readonly after: Readonly<Record<Way, number>>;
  /** Changed actions by where they go; a gate goes by its name. */
  readonly changes: readonly { readonly from: string; readonly to: string; readonly actions: number }[];
  readonly newly_auto: Exposure;
  readonly reviewer_minutes: Minutes;
  readonly gates: readonly GateLoad[];
  readonly labels: TruthTable;
  readonly outcomes: TruthTable;
  /** SHA-256 over the sorted hashes of the changed actions. */
  readonly changes_hash: string;
}

export interface BacktestReport {
  readonly result: BacktestResult;
  /** SHA-256 over RFC 8785 of the result. */
  readonly result_hash: string;
  /** By action id. */
  readonly changed_actions: readonly ChangedAction[];
}

const namesOf = ({ name, content_hash }: Contender): Names => ({ name, content_hash });
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
/** A version that was in another mode then says something else now, and rightly. */
const isDecidedBy = (now: Decision, { policy_name, policy_version, mode }: RecordedDecision): boolean =>
  now.policy_name === policy_name && now.policy_version === policy_version && now.mode === mode;
const SEPARATOR = '\u0000';

/** Takes recorded actions one after the other, so that a caller can pause between them. */
export class Backtest {
  private readonly ways = { before: { auto: 0, gated: 0, denied: 0 }, after: { auto: 0, gated: 0, denied: 0 } };
  private readonly reproduced = { k: 0, n: 0 };
  private readonly moves = new Map<string, number>();
  private readonly exposure = new ExposureCount();
  private readonly effort = new EffortCount();
  private readonly labels = new TruthCount(byLabel);
  private readonly outcomes = new TruthCount(byOutcome);
  private readonly changed: ChangedAction[] = [];
  private readonly hashes: string[] = [];
  private actions = 0;

  constructor(private readonly question: BacktestQuestion) {}

  add(row: HistoryRow): void {
    const before = this.standingBefore(row);
    const decision = this.question.candidate.decide(row);
    const after = standingOf(decision);
    this.actions += 1;
    this.ways.before[before.way] += 1;
    this.ways.after[after.way] += 1;
    this.effort.add(row, before, after);
    this.labels.add(row, before, after);
    this.outcomes.add(row, before, after);
    if (!isSame(before, after)) this.change(row, before, { ...after, rule: decision.rule });
  }

  report(): BacktestReport {
    const result = this.result();
    const changed_actions = this.changed.sort((a, b) => byText(a.action_id, b.action_id));
    return { result, result_hash: digestOf(result), changed_actions };
  }

  /** The record where the active version made it; what that version would say where another one, or another mode, decided. */
  private standingBefore(row: HistoryRow): Standing {
    const { decision } = row;
    const recorded = recordedStanding(decision);
    const now = this.question.active?.decide(row);
    if (now === undefined) return recorded;
    if (!isDecidedBy(now, decision)) return standingOf(now);
    this.reproduced.n += 1;
    if (isSame(standingOf(now), recorded)) this.reproduced.k += 1;
    return recorded;
  }

  private change(row: HistoryRow, before: Standing, after: ChangedAction['after']): void {
    const runsByItself = before.way !== 'auto' && after.way === 'auto';
    if (runsByItself) this.exposure.add(row);
    const move = `${nameOf(before)}${SEPARATOR}${nameOf(after)}`;
    this.moves.set(move, (this.moves.get(move) ?? 0) + 1);
    const { action_id, decided_at, action, amount, approval_status, outcome_status, label } = row;
    const { action_type, environment } = action;
    const concern = runsByItself ? concernOf(row) : null;
    const facts = { action_id, decided_at, action_type, environment, before, after, amount, approval_status };
    const changed = { ...facts, concern, outcome_status, label };
    this.changed.push(changed);
    this.hashes.push(digestOf(changed));
  }

  private result(): BacktestResult {
    const { candidate, active, min_history = DEFAULT_MIN_HISTORY } = this.question;
    const changes = [...this.moves].map(([move, actions]) => {
      const [from = '', to = ''] = move.split(SEPARATOR);
      return { from, to, actions };
    });
    return {
      status: this.actions < min_history ? 'insufficient_history' : 'complete',
      candidate: namesOf(candidate),
      active: active && namesOf(active),
      ...{ actions: this.actions, min_history, reproduced: { ...this.reproduced }, changed: this.changed.length },
      ...{ before: { ...this.ways.before }, after: { ...this.ways.after } },
      changes: changes.sort((a, b) => b.actions - a.actions || byText(a.from, b.from) || byText(a.to, b.to)),
      newly_auto: this.exposure.exposure(),
      reviewer_minutes: this.effort.minutes(),
      gates: this.effort.loads(),
      ...{ labels: this.labels.table(), outcomes: this.outcomes.table() },
      changes_hash: digestOf(this.hashes.sort()),
    };
  }
}

/** What a candidate would change over recorded actions, given as one list. */
export function backtest(question: BacktestQuestion, rows: Iterable<HistoryRow>): BacktestReport {
  const run = new Backtest(question);
  for (const row of rows) run.add(row);
  return run.report();
}
