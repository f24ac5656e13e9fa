import { readSql } from '@countersign/clickhouse';
import type { Engine } from '@countersign/clickhouse';
import { actionOf, recordedWindows } from '@countersign/policy';
import type { HistoryRow, PolicyVerdict } from '@countersign/policy';

/** Which recorded actions are read: those of one tenant, decided in [from, to). */
export interface HistoryQuestion {
  readonly tenant: string;
  readonly from: Date;
  readonly to: Date;
  /** Empty: all. */
  readonly action_types: readonly string[];
}

/** A row of `history_page.sql`; 64-bit integers are text. */
interface Row {
  readonly action_id: string;
  readonly decided_at: string;
  readonly submitted_ms: string;
  readonly agent_id: string;
  readonly agent_version: string;
  readonly model_id: string;
  readonly action_type: string;
  readonly environment: string;
  readonly on_behalf_of: string | null;
  readonly target: string | null;
  readonly confidence: number | null;
  readonly parameters: string | null;
  readonly signals: string | null;
  readonly before: string | null;
  readonly after: string | null;
  readonly explanation: string;
  readonly policy_name: string;
  readonly policy_version: number;
  readonly policy_decision: PolicyVerdict;
  readonly effective_decision: PolicyVerdict;
  readonly mode: string;
  readonly decided_gate: string | null;
  readonly unproven: string | null;
  readonly approval_status: string;
  readonly resolved_by: string | null;
  readonly changed: boolean;
  readonly outcome_status: string | null;
  readonly post_checks_failed: number | null;
  readonly label: 'harmful' | 'harmless' | null;
  readonly amount_value: string | null;
  readonly amount_currency: string | null;
  readonly handling_ms: string | null;
  readonly waited_ms: string | null;
  readonly sla_missed: boolean | 0 | 1 | null;
}

const [pageSql, countSql] = ['history_page', 'history_count'].map((name) => readSql(`queries/${name}.sql`)) as [
  string,
  string,
];

// Reading a page of this size keeps the event loop for some ten milliseconds.
const PAGE = 2_000;

const integer = (text: string | null): number | null => (text === null ? null : Number(text));

function proposed(row: Row): HistoryRow['action'] {
  const { parameters, submitted_ms, ...facts } = row;
  const action = actionOf({ ...facts, parameters: parameters ?? 'null', submitted_at: Number(submitted_ms) });
  return { ...action, counted: recordedWindows(row.explanation) };
}

/** The row as policies and people are compared by. */
export function historyRow(row: Row): HistoryRow {
  const { policy_name, policy_version, policy_decision, effective_decision, decided_gate: gate } = row;
  const { amount_value: value, amount_currency: currency, sla_missed } = row;
  const { action_id, decided_at, approval_status, resolved_by, changed, outcome_status, label } = row;
  return {
    ...{ action_id, decided_at, approval_status, resolved_by, changed, outcome_status, label },
    action: proposed(row),
    decision: {
      policy_name,
      policy_version,
      policy_decision,
      effective_decision,
      mode: row.mode,
      gate,
      unproven: row.unproven,
    },
    post_checks_failed: row.post_checks_failed,
    amount: value === null || currency === null ? null : { value, currency },
    handling_ms: integer(row.handling_ms),
    waited_ms: integer(row.waited_ms),
    sla_missed: sla_missed === null ? null : Boolean(sla_missed),
  };
}

export async function countHistory(engine: Engine, question: HistoryQuestion): Promise<number> {
  const [row] = await engine.rows<{ actions: number }>(countSql, { ...question });
  return row?.actions ?? 0;
}

/** Recorded actions, oldest decision first, a page at a time. What is decided meanwhile is not in it. */
export async function* readHistory(engine: Engine, question: HistoryQuestion): AsyncGenerator<HistoryRow[]> {
  const { tenant, from, to, action_types } = question;
  let cursor = { after: from, after_id: '' };
  for (;;) {
    const rows = await engine.rows<Row>(pageSql, { tenant, to, action_types, limit: PAGE, ...cursor });
    if (rows.length > 0) yield rows.map(historyRow);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    cursor = { after: new Date(last.decided_at), after_id: last.action_id };
  }
}
