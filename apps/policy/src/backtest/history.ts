import { readSql } from '@countersign/clickhouse';
import type { Engine } from '@countersign/clickhouse';
import { actionOf, recordedDenials, recordedWindows } from '@countersign/policy';
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
export interface StoredAction {
  readonly action_id: string;
  readonly decided_at: string;
  /** UTC epoch milliseconds. */
  readonly submitted_at: number;
  readonly agent_id: string;
  readonly agent_version: string;
  readonly model_id: string;
  readonly action_type: string;
  readonly environment: string;
  readonly on_behalf_of: string | null;
  readonly target: string | null;
  readonly confidence: number | null;
  readonly parameters: string;
  readonly signals: string | null;
  readonly attestations: string | null;
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
  readonly draw_key_id: string | null;
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
/** What `history_page.sql` answers for an explanation that counts nothing. */
const NOTHING_COUNTED = '[]';

const integer = (text: string | null): number | null => (text === null ? null : Number(text));

function proposed(row: StoredAction): HistoryRow['action'] {
  const action = actionOf(row);
  const { explanation } = row;
  return explanation === NOTHING_COUNTED
    ? action
    : { ...action, counted: recordedWindows(explanation), denials: recordedDenials(explanation) };
}

/** The row as policies and people are compared by. */
export function historyRow(row: StoredAction): HistoryRow {
  const { policy_name, policy_version, policy_decision, effective_decision, decided_gate: gate } = row;
  const { amount_value: value, amount_currency: currency, sla_missed } = row;
  const { action_id, decided_at, approval_status, resolved_by, changed, outcome_status, label } = row;
  return {
    action_id,
    decided_at,
    approval_status,
    resolved_by,
    changed,
    outcome_status,
    label,
    action: proposed(row),
    decision: {
      policy_name,
      policy_version,
      policy_decision,
      effective_decision,
      mode: row.mode,
      gate,
      unproven: row.unproven,
      draw_key_id: row.draw_key_id,
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

/** The place behind which a page begins. */
interface Cursor {
  readonly after: Date;
  readonly after_id: string;
}

/**
 * Recorded actions as the engine has them, oldest decision first, a page at a time; `historyRow` reads one. What is
 * decided meanwhile is not in it. The engine works on the next page while the caller works on this one.
 */
export async function* readHistory(engine: Engine, question: HistoryQuestion): AsyncGenerator<StoredAction[]> {
  const { tenant, from, to, action_types } = question;
  const ask = (cursor: Cursor): Promise<StoredAction[]> => {
    const page = engine.rows<StoredAction>(pageSql, { tenant, to, action_types, limit: PAGE, ...cursor });
    // A caller that leaves early hears of no fault any more.
    page.catch(() => undefined);
    return page;
  };
  let page = ask({ after: from, after_id: '' });
  for (;;) {
    const rows = await page;
    const last = rows.at(-1);
    if (last === undefined) return;
    const isLast = rows.length < PAGE;
    if (!isLast) page = ask({ after: new Date(last.decided_at), after_id: last.action_id });
    yield rows;
    if (isLast) return;
  }
}
