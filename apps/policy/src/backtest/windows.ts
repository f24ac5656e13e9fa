import { entriesOf, WindowFold } from '@countersign/policy';
import type { CompiledPolicy, Counted, HistoryRow, WindowFoldOptions } from '@countersign/policy';

/**
 * Counts the windows that a candidate declares and the record does not hold, over the rows in their order. Recorded
 * counts stay as they are.
 */
export class PastWindows {
  private readonly fold: WindowFold;

  constructor(
    private readonly policies: readonly CompiledPolicy[],
    private readonly tenant: string,
    options: WindowFoldOptions,
  ) {
    this.fold = new WindowFold(options);
  }

  /** The row with the counts that the candidate's conditions read. */
  count(row: HistoryRow): HistoryRow {
    const { action, action_id } = row;
    const actor = { tenant: this.tenant, action_id, agent_id: action.agent_id ?? '' };
    const entries = entriesOf(this.policies, actor, action);
    if (entries.length === 0) return row;
    const counted: Record<string, Counted> = {};
    for (const entry of entries)
      counted[entry.window] = this.fold.enter({ ...entry, at_ms: Date.parse(row.decided_at), offset: -1 });
    return { ...row, action: { ...action, counted: { ...counted, ...action.counted } } };
  }
}
