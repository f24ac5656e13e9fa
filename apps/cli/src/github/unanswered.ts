import type { ActionDocument, Client } from '@countersign/sdk';
import { eventOf } from './follow.js';
import type { RuleOptions } from './rule-proposal.js';

/** A rejection is sent again after a start for this long; GitHub ignores one that it has, milliseconds. */
const REJECTED_FOR_MS = 24 * 3600 * 1000;
/** All that may wait for an answer; while a receiver runs, only what is pending can be new to it. */
export const ENDED_TOO = ['pending', 'approved', 'denied', 'expired', 'cancelled'] as const;
export const PENDING = ['pending'] as const;

interface Listed extends ActionDocument {
  action_type: string;
}

function mayBeUnanswered(action: Listed, options: RuleOptions, nowMs: number): boolean {
  if (action.action_type !== options.actionType || eventOf(action, options) === null) return false;
  if (action.status === 'pending') return true;
  if (action.status === 'approved') return action.outcome === null;
  return action.resolution !== null && nowMs - Date.parse(action.resolution.resolved_at) < REJECTED_FOR_MS;
}

/** Own actions that GitHub may still wait for, from the system itself: the receiver stores nothing. */
export async function unanswered(client: Client, options: RuleOptions, statuses: readonly string[]): Promise<string[]> {
  const [found, nowMs]: [string[], number] = [[], Date.now()];
  for (const status of statuses) {
    let cursor: string | null = null;
    do {
      const more: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const { body } = await client.intake.send({ method: 'GET', path: `/v1/actions?status=${status}${more}` });
      const page = body as unknown as { items: Listed[]; next_cursor: string | null };
      found.push(...page.items.filter((one) => mayBeUnanswered(one, options, nowMs)).map(({ action_id }) => action_id));
      cursor = page.next_cursor;
    } while (cursor !== null);
  }
  return found;
}
