import { readSql } from '@countersign/clickhouse';
import type { Engine } from '@countersign/clickhouse';
import { rate } from '@countersign/metrics';
import type { Advisory, Rate, Sum } from '@countersign/metrics';

/** Names that group and filter metrics. */
export const DIMENSIONS = [
  'action_type',
  'gate',
  'policy',
  'policy_version',
  'agent_version',
  'model_id',
  'environment',
  'reviewer_id',
  'day',
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export interface MetricsQuestion {
  readonly tenant: string;
  /** Decisions in [from, to). */
  readonly from: Date;
  readonly to: Date;
  readonly group_by: readonly Dimension[];
  /** An absent name does not filter; the caller sets the environment. */
  readonly filters: Partial<Readonly<Record<Dimension, string>>>;
  /** Moment at which a pending request is judged late. */
  readonly now: Date;
  /** True for those who are not told who voted on what waits for a blind review. Default false. */
  readonly blind?: boolean;
}

export interface MetricsGroup {
  readonly key: Partial<Record<Dimension, string | number | null>>;
  readonly actions: number;
  readonly gate_rate: Rate;
  readonly would_gate_rate: Rate;
  readonly override_rate: Rate;
  readonly time_to_approve: { median_s: number | null; p95_s: number | null; n: number };
  readonly sla_miss_rate: Rate;
  readonly false_positives: number;
  readonly false_negatives: number;
  readonly false_positive_rate: Rate;
  readonly false_negative_rate: Rate;
  readonly unlabelled: number;
  readonly harmful_executed: { allowed_by_policy: number; approved_by_people: number; by_break_glass: number };
  readonly break_glass: number;
  /** Actions with a counted vote that somebody cast by exception (`permit`). */
  readonly exceptions: number;
  readonly expired: number;
  readonly escalations: number;
  readonly redeemed_without_outcome: number;
  readonly advisory: Advisory;
  readonly money_gated: Sum[];
  readonly money_denied: Sum[];
}

export interface BurdenRow {
  readonly reviewer_id: string;
  readonly day: string;
  readonly actions: number;
  readonly minutes: number | null;
}

export interface MetricsAnswer {
  readonly groups: MetricsGroup[];
  readonly reviewer_burden: BurdenRow[];
}

/** The engine's row: counts and decimals as text, percentiles as numbers. */
type Row = Readonly<Record<string, string>> & {
  readonly key: Partial<Record<Dimension, string | null>>;
  readonly median_s: number | null;
  readonly p95_s: number | null;
  readonly money_gated: Record<string, string>;
  readonly money_denied: Record<string, string>;
};

interface Burden {
  readonly reviewer_id: string;
  readonly day: string;
  readonly actions: string;
  readonly minutes: string | null;
}

const metricsSql = readSql('queries/metrics.sql');
const burdenSql = readSql('queries/reviewer_burden.sql');

/** The answer of `GET /v1/metrics`: one statement for all rates, one for the burden. */
export async function askMetrics(engine: Engine, question: MetricsQuestion): Promise<MetricsAnswer> {
  const { filters, ...rest } = question;
  const everyFilter = Object.fromEntries(DIMENSIONS.map((name) => [name, filters[name] ?? '']));
  const params = { blind: false, ...everyFilter, ...rest };
  const [rows, burden] = await Promise.all([
    engine.rows<Row>(metricsSql, params),
    engine.rows<Burden>(burdenSql, params),
  ]);
  return {
    groups: rows.map(groupOf),
    reviewer_burden: burden.map(({ actions, minutes, ...who }) => ({
      ...who,
      actions: Number(actions),
      minutes: minutes === null ? null : Number(minutes),
    })),
  };
}

function groupOf(row: Row): MetricsGroup {
  const count = (name: string): number => Number(row[name] ?? 0);
  const share = (k: string, n: string): Rate => rate(count(k), count(n));
  return {
    key: keyOf(row.key),
    actions: count('actions'),
    gate_rate: share('gated', 'actions'),
    would_gate_rate: share('would_gate', 'actions'),
    override_rate: share('overrides', 'resolved_by_people'),
    time_to_approve: { median_s: row.median_s, p95_s: row.p95_s, n: count('approvals') },
    sla_miss_rate: share('sla_misses', 'sla_due'),
    false_positives: count('false_positives'),
    false_negatives: count('false_negatives'),
    false_positive_rate: share('false_positives', 'harmless'),
    false_negative_rate: share('false_negatives', 'harmful'),
    unlabelled: count('unlabelled'),
    harmful_executed: {
      allowed_by_policy: count('harmful_allowed'),
      approved_by_people: count('harmful_approved'),
      by_break_glass: count('harmful_glass'),
    },
    break_glass: count('break_glass'),
    exceptions: count('exceptions'),
    expired: count('expired'),
    escalations: count('escalated'),
    redeemed_without_outcome: count('redeemed_without_outcome'),
    advisory: {
      requests: count('advisory_requests'),
      answered: count('advisory_answered'),
      would_have_denied: share('advisory_denials', 'advisory_answered'),
      agreement: share('advisory_agreements', 'advisory_answered'),
    },
    money_gated: sumsOf(row.money_gated),
    money_denied: sumsOf(row.money_denied),
  };
}

/** The engine's map holds text; a version is a number, as in the column. */
function keyOf(key: Row['key']): MetricsGroup['key'] {
  const { policy_version, ...names } = key;
  return typeof policy_version !== 'string' ? names : { ...names, policy_version: Number(policy_version) };
}

const sumsOf = (sums: Record<string, string>): Sum[] =>
  Object.entries(sums)
    .map(([currency, value]) => ({ currency, value }))
    .sort((a, b) => (a.currency < b.currency ? -1 : 1));
