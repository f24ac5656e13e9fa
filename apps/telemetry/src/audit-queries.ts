import { ALWAYS, readSql } from '@countersign/clickhouse';
import type { Engine } from '@countersign/clickhouse';
import type { AuditRow, LabelRow, VoteRow } from './audit-rows.js';
import { LAST } from './query-text.js';

/** An action with what people said of it. */
export interface AuditedAction {
  readonly row: AuditRow;
  readonly votes: readonly VoteRow[];
  readonly labels: readonly LabelRow[];
}

export interface PageQuestion {
  readonly tenant: string;
  readonly from: Date;
  readonly to: Date;
  /** The page starts behind this place; newest first. */
  readonly before: Date;
  readonly before_id: string;
  readonly limit: number;
  /** True for those who are not told who voted on what waits for a blind review: it is found by no reviewer. */
  readonly blind: boolean;
  /** Columns that must equal a value; '' does not filter. */
  readonly filters: Readonly<
    Record<
      'action_type' | 'approval_status' | 'reviewer_id' | 'agent_id' | 'run_id' | 'action_id' | 'environment',
      string
    >
  >;
}

const [runSql, pageSql, votesSql, labelsSql, runActionsSql, reviewsSql] = [
  'audit_run',
  'audit_page',
  'votes_of',
  'labels_of',
  'run_actions',
  'open_reviews',
].map((name) => readSql(`queries/${name}.sql`)) as [string, string, string, string, string, string];
const [auditThen, votesThen, labelsThen] = ['audit', 'votes', 'labels'].map((name) =>
  readSql(`refresh/${name}.sql`),
) as [string, string, string];

/** The actions of a run in the order of their decisions, as they are now. */
export async function auditRun(engine: Engine, tenant: string, runId: string): Promise<AuditedAction[]> {
  return withVoices(engine, tenant, await engine.rows<AuditRow>(runSql, { tenant, run_id: runId }));
}

/** The actions of a run as they were known at a time: computed again, from the events recorded until then. */
export async function auditRunAsOf(
  engine: Engine,
  run: { tenant: string; runId: string },
  asOf: Date,
): Promise<AuditedAction[]> {
  const { tenant, runId } = run;
  const as_of = asOf.getTime() >= LAST.getTime() ? ALWAYS : asOf;
  const ids = await engine.rows<{ action_id: string }>(runActionsSql, { tenant, run_id: runId, as_of });
  const params = { action_ids: ids.map(({ action_id }) => action_id), as_of };
  if (ids.length === 0) return [];
  const [rows, votes, labels] = await Promise.all([
    engine.rows<AuditRow>(auditThen, params),
    engine.rows<VoteRow>(votesThen, params),
    engine.rows<LabelRow>(labelsThen, params),
  ]);
  const mine = rows.filter((row) => row.tenant === tenant && row.run_id === runId).sort(byDecision);
  return attach(
    mine,
    votes.sort((a, b) => compare(a.voted_at, b.voted_at)),
    labels.sort((a, b) => compare(a.recorded_at, b.recorded_at)),
  );
}

/** Of these actions, those whose blind review is drawn and not answered. */
export async function openReviews(
  engine: Engine,
  tenant: string,
  audited: readonly AuditedAction[],
): Promise<ReadonlySet<string>> {
  if (audited.length === 0) return new Set();
  const action_ids = audited.map(({ row }) => row.action_id);
  const rows = await engine.rows<{ action_id: string }>(reviewsSql, { tenant, action_ids });
  return new Set(rows.map(({ action_id }) => action_id));
}

/** One page of actions, newest decisions first. */
export async function auditPage(engine: Engine, { filters, ...question }: PageQuestion): Promise<AuditedAction[]> {
  const rows = await engine.rows<AuditRow>(pageSql, { ...filters, ...question });
  return withVoices(engine, question.tenant, rows);
}

async function withVoices(engine: Engine, tenant: string, rows: readonly AuditRow[]): Promise<AuditedAction[]> {
  if (rows.length === 0) return [];
  const params = { tenant, action_ids: rows.map(({ action_id }) => action_id) };
  const [votes, labels] = await Promise.all([
    engine.rows<VoteRow>(votesSql, params),
    engine.rows<LabelRow>(labelsSql, params),
  ]);
  return attach(rows, votes, labels);
}

const attach = (rows: readonly AuditRow[], votes: readonly VoteRow[], labels: readonly LabelRow[]): AuditedAction[] =>
  rows.map((row) => ({
    row,
    votes: votes.filter(({ action_id }) => action_id === row.action_id),
    labels: labels.filter(({ action_id }) => action_id === row.action_id),
  }));

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byDecision = (a: AuditRow, b: AuditRow): number =>
  compare(a.decided_at, b.decided_at) || compare(a.action_id, b.action_id);
