import type { Money } from '@countersign/canonical';
import type { PolicyAction } from '../action.js';
import type { CompiledPolicy } from '../compiled.js';
import { statedValue } from '../facts.js';
import { MoneyValue } from '../money.js';
import type { Window } from './windows.js';
import { windowsOf } from './windows.js';

/** Who acts: what a window's key and an entry need beside the facts that policies read. */
export interface Actor {
  readonly tenant: string;
  readonly action_id: string;
  readonly agent_id: string;
}

/** One action in one window, before it has a place in the log. */
export interface Entry {
  readonly tenant: string;
  readonly window: string;
  readonly window_ms: number;
  readonly key: string;
  readonly action_id: string;
  /** null when the window only counts, and when the amount cannot be read or is below zero. */
  readonly amount: Money | null;
}

/** An entry as the log holds it. */
export interface PlacedEntry extends Entry {
  /** LogAppendTime, UTC epoch milliseconds. */
  readonly at_ms: number;
  readonly offset: number;
}

/** Entries with the same line are counted together, in one partition. */
export const lineOf = ({ tenant, window, key }: Pick<Entry, 'tenant' | 'window' | 'key'>): string =>
  `${tenant}|${window}|${key}`;

function keyOf({ key }: Window, { agent_id }: Actor, action: PolicyAction): string | null {
  const value = key === 'agent' ? agent_id : action[key];
  return value === null || value === '' ? null : value;
}

/** An amount below zero would hide others in the sum, so it counts as unreadable. */
function amountOf(policy: CompiledPolicy, sum: string, action: PolicyAction): Money | null {
  const fact = policy.types.get(action.action_type)?.facts.find(({ name }) => name === sum);
  const raw = fact && statedValue(fact, action);
  const money = raw === undefined || raw === null ? null : fact?.parse(raw, action);
  if (!(money instanceof MoneyValue) || money.units < 0) return null;
  return { value: money.value, currency: money.currency };
}

/**
 * The entries of an action: one for each window of these policies whose key it has. Versions of one policy that declare
 * the same window share its entry.
 */
export function entriesOf(policies: readonly CompiledPolicy[], actor: Actor, action: PolicyAction): Entry[] {
  const entries = new Map<string, Entry>();
  const { tenant, action_id } = actor;
  for (const policy of policies) {
    for (const window of windowsOf(policy, action.action_type)) {
      const key = keyOf(window, actor, action);
      const { id, window_ms, sum } = window;
      if (key === null || entries.has(id)) continue;
      const amount = sum === null ? null : amountOf(policy, sum, action);
      entries.set(id, { tenant, window: id, window_ms, key, action_id, amount });
    }
  }
  return [...entries.values()];
}
