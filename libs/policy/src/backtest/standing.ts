import type { Decision } from '../decision.js';
import type { RecordedDecision } from './history-row.js';

/** How an action stands: runs by itself, waits for people, or may not run. */
export type Way = 'auto' | 'gated' | 'denied';

export const WAYS: readonly Way[] = ['auto', 'gated', 'denied'];

/** What one version says of an action, as far as a backtest compares it. */
export interface Standing {
  readonly way: Way;
  /** What the rules say, whatever binds. */
  readonly policy_decision: string;
  /** Name of the gate that binds; null unless `gated`. */
  readonly gate: string | null;
}

const WAY: Readonly<Record<string, Way>> = { allow: 'auto', require_approval: 'gated', deny: 'denied' };

export const recordedStanding = ({ policy_decision, effective_decision, gate }: RecordedDecision): Standing => ({
  way: WAY[effective_decision] ?? 'gated',
  policy_decision,
  gate: effective_decision === 'require_approval' ? gate : null,
});

export const standingOf = ({ policy_decision, effective_decision, gate }: Decision): Standing => ({
  way: WAY[effective_decision] ?? 'gated',
  policy_decision,
  gate: gate?.name ?? null,
});

export const isSame = (a: Standing, b: Standing): boolean =>
  a.way === b.way && a.policy_decision === b.policy_decision && a.gate === b.gate;

/** How a table names it: the gate of what waits, else the way. */
export const nameOf = ({ way, gate }: Standing): string => (way === 'gated' ? (gate ?? 'gated') : way);
