import { readSql } from '@countersign/clickhouse';
import type { Engine } from '@countersign/clickhouse';
import type { WatchedDecision } from '@countersign/policy';

/** Which recorded decisions are read: those of one tenant in [from, to) about which this version in shadow spoke. */
export interface ShadowQuestion {
  readonly tenant: string;
  readonly name: string;
  readonly version: number;
  readonly from: Date;
  readonly to: Date;
}

type Row = WatchedDecision & { readonly decided_at: string };

const pageSql = readSql('queries/shadow_page.sql');
// Reading a page of this size keeps the event loop for some ten milliseconds.
const PAGE = 5_000;
/** More than enough to judge a version by. */
const MAX_DECISIONS = 500_000;

/** The decisions, oldest first, at most half a million. What is decided meanwhile is not among them. */
export async function readShadowed(engine: Engine, question: ShadowQuestion): Promise<WatchedDecision[]> {
  const { from, ...fixed } = question;
  const decisions: WatchedDecision[] = [];
  let cursor = { after: from, after_id: '' };
  for (;;) {
    const rows = await engine.rows<Row>(pageSql, { ...fixed, limit: PAGE, ...cursor });
    for (const { action_id, policy_decision, gate, shadows } of rows)
      decisions.push({ action_id, policy_decision, gate, shadows });
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE || decisions.length >= MAX_DECISIONS) return decisions;
    cursor = { after: new Date(last.decided_at), after_id: last.action_id };
  }
}
