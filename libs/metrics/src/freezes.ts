/** A kill switch of one tenant in one partition. Times are UTC epoch milliseconds. */
export interface Freeze {
  /** Absent: every agent. */
  readonly agent_id: string | null;
  /** Absent: every action type. */
  readonly action_type: string | null;
  readonly since: number;
  /** Null while it stands. */
  readonly lifted: number | null;
}

export interface FreezeScope {
  readonly agent_id: string;
  readonly action_type: string;
  /** When the request was opened, UTC epoch milliseconds. */
  readonly opened_at: number;
}

/**
 * By how much freezes of its tenant and partition have moved the deadlines of a pending request. Freezes that overlap are
 * one stretch, and a stretch moves deadlines when its last freeze is lifted.
 * @returns milliseconds
 */
export function stoodMs(freezes: readonly Freeze[], { agent_id, action_type, opened_at }: FreezeScope): number {
  const holding = freezes
    .filter(
      (freeze) => (freeze.agent_id ?? agent_id) === agent_id && (freeze.action_type ?? action_type) === action_type,
    )
    .map(({ since, lifted }) => ({ from: Math.max(since, opened_at), to: lifted ?? Infinity }))
    .filter(({ to }) => to > opened_at)
    .sort((a, b) => a.from - b.from);
  let [sum, from, to] = [0, 0, 0];
  for (const next of holding) {
    if (next.from > to) {
      sum += to - from;
      from = next.from;
    }
    to = Math.max(to, next.to);
  }
  return to === Infinity ? sum : sum + to - from;
}
