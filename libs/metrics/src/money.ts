import type { DecidedAction } from './facts.js';

export interface Sum {
  readonly currency: string;
  /** Plain decimal, without trailing zeros after the point. */
  readonly value: string;
}

// The column holds 18 decimals, the most that any amount has.
const DECIMALS = 18;

/** Exact sums of the proposed amounts by currency, in the order of the currency codes. */
export function moneyOf(actions: readonly DecidedAction[], counts: (action: DecidedAction) => boolean): Sum[] {
  const sums = new Map<string, bigint>();
  for (const action of actions) {
    if (!counts(action) || action.amount_value === null || action.amount_currency === null) continue;
    const before = sums.get(action.amount_currency) ?? 0n;
    sums.set(action.amount_currency, before + scaled(action.amount_value));
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([currency, units]) => ({ currency, value: plain(units) }));
}

/** Money that a gate held back, whatever came of it. */
export const moneyGated = (actions: readonly DecidedAction[]): Sum[] =>
  moneyOf(actions, ({ effective_decision }) => effective_decision === 'require_approval');

/** Money that policy or people refused. */
export const moneyDenied = (actions: readonly DecidedAction[]): Sum[] =>
  moneyOf(actions, ({ approval_status }) => approval_status === 'denied');

function scaled(decimal: string): bigint {
  const [whole = '0', fraction = ''] = decimal.replace('-', '').split('.');
  const units = BigInt(whole + fraction.padEnd(DECIMALS, '0').slice(0, DECIMALS));
  return decimal.startsWith('-') ? -units : units;
}

function plain(units: bigint): string {
  const digits = (units < 0n ? -units : units).toString().padStart(DECIMALS + 1, '0');
  const fraction = digits.slice(-DECIMALS).replace(/0+$/, '');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -DECIMALS)}${fraction && `.${fraction}`}`;
}
