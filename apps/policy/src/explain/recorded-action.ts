import { readSql } from '@countersign/clickhouse';
import type { Engine } from '@countersign/clickhouse';
import type { ActionProposed, DecisionRecorded } from '@countersign/events';
import { actionOf, recordedDenials, recordedWindows } from '@countersign/policy';
import type { PolicyAction } from '@countersign/policy';

/** An action of the past as policies see it, and what was decided of it. */
export interface RecordedAction {
  readonly action: PolicyAction;
  readonly decision: DecisionRecorded;
  /** Log time of the proposal, UTC epoch milliseconds: the policies that were active then decided. */
  readonly proposedAtMs: number;
}

const sql = readSql('queries/recorded_action.sql');

/** The recorded action of this tenant, or null. */
export async function recordedAction(
  engine: Engine,
  tenant: string,
  action_id: string,
): Promise<RecordedAction | null> {
  const [row] = await engine.rows<{ proposed: string; proposed_ms: string; decided: string }>(sql, {
    tenant,
    action_id,
  });
  if (!row || row.proposed === '' || row.decided === '') return null;
  const decision = JSON.parse(row.decided) as DecisionRecorded;
  const action = actionOf(JSON.parse(row.proposed) as ActionProposed);
  const counted = recordedWindows(decision.explanation);
  const denials = recordedDenials(decision.explanation);
  return { action: { ...action, counted, denials }, decision, proposedAtMs: Number(row.proposed_ms) };
}
