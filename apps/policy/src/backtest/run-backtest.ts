import { setImmediate } from 'node:timers/promises';
import type { Engine } from '@countersign/clickhouse';
import type { PolicyReported } from '@countersign/events';
import { Backtest } from '@countersign/policy';
import type { BacktestReport } from '@countersign/policy';
import type { Contest } from './contenders.js';
import type { HistoryQuestion, StoredAction } from './history.js';
import { countHistory, historyRow, readHistory } from './history.js';
import { PastWindows } from './windows.js';

/** How long rows are evaluated before other work gets its turn, milliseconds. */
const SLICE_MS = 10;
const CHANGES_A_LINE = 200;

export interface BacktestRun {
  readonly engine: Engine;
  readonly contest: Contest;
  readonly question: HistoryQuestion;
}

/** One line of the answer. The line with `result` comes last; an answer without one is not whole. */
export type BacktestLine =
  | { readonly progress: { readonly done: number; readonly total: number } }
  | { readonly changes: BacktestReport['changed_actions'] }
  | (Pick<BacktestReport, 'result' | 'result_hash'> & { readonly history_from: string; readonly history_to: string });

async function addInSlices(run: Backtest, rows: readonly StoredAction[], windows: PastWindows): Promise<void> {
  let until = performance.now() + SLICE_MS;
  for (const row of rows) {
    run.add(windows.count(historyRow(row)));
    if (performance.now() < until) continue;
    await setImmediate();
    until = performance.now() + SLICE_MS;
  }
}

/** Reads and evaluates the history page by page. Returning it early stops the work. */
export async function* runBacktest({ engine, contest, question }: BacktestRun): AsyncGenerator<BacktestLine> {
  const { candidate, active, min_history, policies } = contest;
  const run = new Backtest({ candidate, active, min_history });
  const windows = new PastWindows(policies, question.tenant, { sinceMs: question.from.getTime() });
  const total = await countHistory(engine, question);
  let done = 0;
  yield { progress: { done, total } };
  for await (const rows of readHistory(engine, question)) {
    await addInSlices(run, rows, windows);
    done += rows.length;
    yield { progress: { done, total: Math.max(total, done) } };
  }
  const { result, result_hash, changed_actions } = run.report();
  for (let from = 0; from < changed_actions.length; from += CHANGES_A_LINE)
    yield { changes: changed_actions.slice(from, from + CHANGES_A_LINE) };
  const [history_from, history_to] = [question.from.toISOString(), question.to.toISOString()];
  yield { result, result_hash, history_from, history_to };
}

/** The result as it is kept on the log. */
export function reportedEvent(
  { result, result_hash }: Pick<BacktestReport, 'result' | 'result_hash'>,
  { tenant, from, to }: HistoryQuestion,
  by: { readonly reported_by: string; readonly reported_at: number },
): PolicyReported {
  const { candidate, active, status, actions, changed } = result;
  return {
    ...{ tenant, ...candidate, against: active?.content_hash ?? null, kind: 'backtest', status, actions, changed },
    ...{ result_hash, result: JSON.stringify(result) },
    ...{ history_from: from.getTime(), history_to: to.getTime(), ...by },
  };
}
