import { eventId, toRecord, TOPICS } from '@countersign/events';
import type { MacKeys, WindowEntered } from '@countersign/events';
import type { InRecord, OutRecord } from '@countersign/kafka';
import type { Entry, PlacedEntry } from '@countersign/policy';

/** One line, one partition: the record key holds what entries of a line share. */
const keyOf = ({ tenant, window, key }: Entry): string => `${tenant}|${window}|${key}`;

const policyOf = (window: string): string => window.slice(0, window.indexOf('/'));

/** @param proposedAtMs log time of the proposal, so that a repeated computation yields the same record */
export function entryRecord(entry: Entry, proposedAtMs: number, macKeys: MacKeys): OutRecord {
  const { tenant, window, key, action_id, window_ms, amount } = entry;
  const event: WindowEntered = {
    ...{ tenant, policy: policyOf(window), window, key, action_id, window_ms, proposed_at: proposedAtMs },
    ...{ amount_value: amount?.value ?? null, amount_currency: amount?.currency ?? null },
  };
  return toRecord({
    ...{ topic: TOPICS.windows, name: 'WindowEntered' as const, event, key: keyOf(entry), timeMs: proposedAtMs },
    ...{ id: eventId('WindowEntered', tenant, window, key, action_id), service: 'policy' as const, macKeys },
  });
}

/** An entry at its place in the log. */
export function placedEntry(event: WindowEntered, { timestampMs, offset }: InRecord): PlacedEntry {
  const { tenant, window, key, action_id, window_ms, amount_value, amount_currency } = event;
  const amount =
    amount_value === null || amount_currency === null ? null : { value: amount_value, currency: amount_currency };
  return { tenant, window, key, action_id, window_ms, amount, at_ms: timestampMs, offset };
}
