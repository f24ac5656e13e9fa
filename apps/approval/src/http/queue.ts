import { isSame } from '@countersign/approval';
import type { Json } from '@countersign/approval';
import type { Reviewer } from '@countersign/service';
import { z } from 'zod';
import type { View } from '../judge/view.js';
import { pageOf } from './paging.js';
import { requestItem, standingOf } from './request-view.js';
import type { Shown } from './shown.js';
import type { Requested } from '../judge/requested.js';

export const QueueQuery = z.strictObject({
  status: z.enum(['pending', 'approved', 'denied', 'expired', 'cancelled', 'answered']).optional(),
  held: z.enum(['true', 'false']).optional(),
  assigned_to: z.literal('me').optional(),
  kind: z.enum(['approval', 'advisory', 'audit', 'decoy']).optional(),
  action_type: z.string().max(300).optional(),
  environment: z.string().max(50).optional(),
  agent_id: z.string().max(300).optional(),
  run_id: z.string().max(300).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(1_000).optional(),
});
export type QueueQuery = z.infer<typeof QueueQuery>;

/** What a list is asked for; the page also asks for what is in other hands. */
type Wanted = Omit<QueueQuery, 'assigned_to'> & { readonly assigned_to?: 'me' | 'others' | undefined };

export interface Found {
  readonly items: Requested[];
  readonly next_cursor: string | null;
  readonly total: number;
}

/** Lists of requests, and the note of who has looked at one. */
export class Queue {
  constructor(
    private readonly view: View,
    readonly shown: Shown,
  ) {}

  /** Pending requests come most urgent first, others newest first. */
  list(reviewer: Reviewer, query: QueueQuery): { items: Json[]; next_cursor: string | null } {
    const { items, next_cursor } = this.find(reviewer, query);
    return { items: items.map((action) => requestItem(action, reviewer)), next_cursor };
  }

  /** `total` counts all that fit, on this page or not. */
  find(reviewer: Reviewer, query: Wanted): Found {
    const test = (requested: Requested): boolean => fits(requested, reviewer, query);
    const isPending = query.status === 'pending';
    const found = isPending ? this.view.pending(reviewer.tenant, test) : this.view.requests(reviewer.tenant, test);
    const rows = found.map((requested) => {
      const { respond_by, opened_at, request_id } = requested.request;
      return { order: [isPending ? respond_by : -opened_at, request_id] as const, requested };
    });
    const { items, next_cursor } = pageOf(rows, query);
    return { items: items.map(({ requested }) => requested), next_cursor, total: rows.length };
  }
}

/** The hold belongs to the request that was approved, not to an audit of the same action. */
export const isHeld = ({ request, hold }: Requested): boolean => request.kind === 'approval' && hold?.status === 'held';

/**
 * What a person who asks for their own work is shown: what they can vote on, unless it is in other hands. Once escalated
 * it is everybody's who may vote, whoever it was assigned to.
 */
function isFor(requested: Requested, reviewer: Reviewer): boolean {
  if (standingOf(requested, reviewer)['can_vote'] !== true) return false;
  const { claimed_by, assignee, escalated_at } = requested.request;
  if (claimed_by !== null) return isSame(claimed_by, reviewer);
  return assignee === null || escalated_at !== null || isSame(assignee, reviewer);
}

function fits(requested: Requested, reviewer: Reviewer, query: Wanted): boolean {
  const { decided, request } = requested;
  const wanted: readonly (readonly [string | undefined, string])[] = [
    [query.status, request.status],
    [query.kind, request.kind],
    [query.held, String(isHeld(requested))],
    [query.action_type, decided.action_type],
    [query.environment, decided.environment],
    [query.agent_id, decided.agent_id],
    [query.run_id, decided.run_id],
  ];
  if (wanted.some(([value, found]) => value !== undefined && value !== found)) return false;
  return query.assigned_to === undefined || isFor(requested, reviewer) === (query.assigned_to === 'me');
}
