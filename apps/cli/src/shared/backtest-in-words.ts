import { chartOf, type BacktestReport, type BacktestResult, type Standing, type TruthTable } from '@countersign/policy';
import { list, ratio, table, type Cell } from './output.js';

/** The whole answer of a backtest. */
export interface Backtested extends BacktestReport {
  history_from: string;
  history_to: string;
}

const FEW = 20;

const money = (sums: BacktestResult['newly_auto']['money']): string =>
  sums.map(({ value, currency }) => `${value} ${currency}`).join(', ') || 'none';

function summary({ result, result_hash, history_from, history_to }: Backtested): string {
  const { candidate, active, actions, min_history, reproduced, changed, status } = result;
  const enough = status === 'complete' ? '' : ` (${status}: fewer than ${min_history})`;
  return list([
    ['candidate', `${candidate.name} ${candidate.content_hash}`],
    ['against', active === null ? 'the record: no version is active' : `${active.name} ${active.content_hash}`],
    ['history', `${history_from} to ${history_to}`],
    ['actions', `${actions}${enough}`],
    ['decided again as recorded', ratio(reproduced)],
    ['would change', ratio({ k: changed, n: actions })],
    ['result hash', result_hash],
  ]);
}

/** "before → after" of one figure. */
const moved = (before: Cell, after: Cell): string => `${before ?? 'unknown'} → ${after ?? 'unknown'}`;

function exposure({ newly_auto: newly, reviewer_minutes: minutes }: BacktestResult): string {
  return list([
    ['would newly run by themselves', newly.actions],
    ['  people had denied', newly.denied_by_people],
    ['  people had edited', newly.edited_by_people],
    ['  policy had denied', newly.denied_by_policy],
    ['  had expired or been cancelled', newly.expired_or_cancelled],
    ['  labelled harmful', newly.labelled_harmful],
    [
      '  money',
      `${money(newly.money)}${newly.without_amount > 0 ? `; ${newly.without_amount} without an amount` : ''}`,
    ],
    ["reviewers' minutes", moved(minutes.before, minutes.after)],
  ]);
}

const gateRow = ({ gate, before, after, median_handling_s, recorded_sla }: BacktestResult['gates'][number]): Cell[] => [
  gate,
  moved(before.actions, after.actions),
  after.estimated,
  moved(before.minutes, after.minutes),
  median_handling_s,
  moved(before.sla_misses, after.sla_misses),
  ratio(recorded_sla),
];
const GATES = ['gate', 'actions', 'estimated', 'minutes', 'median s', 'SLA misses', 'missed so far'];

const truthRow = (by: string, { before, after, harmful, harmless, unknown }: TruthTable): Cell[] => [
  by,
  moved(before.false_positives, after.false_positives),
  moved(before.false_negatives, after.false_negatives),
  harmless,
  harmful,
  unknown,
];
const TRUTHS = ['by', 'false positives', 'false negatives', 'harmless', 'harmful', 'unknown'];

const standing = ({ way, gate, policy_decision }: Standing): string =>
  `${gate ?? way}${way === 'auto' && policy_decision !== 'allow' ? ` (rules: ${policy_decision})` : ''}`;

function changes({ changed_actions, result }: Backtested): string {
  const first = [...changed_actions].sort((a, b) => Number(b.concern !== null) - Number(a.concern !== null));
  const rows = first
    .slice(0, FEW)
    .map(({ action_id, action_type, before, after, amount, concern, outcome_status, label }) => [
      ...[action_id, action_type, standing(before), standing(after), after.rule],
      ...[amount && `${amount.value} ${amount.currency}`, concern, outcome_status, label],
    ]);
  const header = ['action', 'type', 'before', 'after', 'rule', 'amount', 'concern', 'outcome', 'label'];
  const more = result.changed > FEW ? `\n${result.changed - FEW} more: --changes FILE writes all of them` : '';
  return `${table(header, rows)}${more}`;
}

/** The report as a person reads it: what, how much, at whose cost, and which actions. */
export function backtestInWords(backtested: Backtested): string {
  const { result } = backtested;
  const moves = result.changes.map(({ from, to, actions }) => [from, to, actions]);
  const truths = [truthRow('label', result.labels), truthRow('outcome', result.outcomes)];
  return [
    summary(backtested),
    chartOf(result),
    table(['from', 'to', 'actions'], moves),
    exposure(result),
    table(GATES, result.gates.map(gateRow)),
    table(TRUTHS, truths),
    changes(backtested),
  ].join('\n\n');
}
