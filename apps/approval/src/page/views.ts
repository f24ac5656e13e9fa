import { approvalsOf, commentsOf, instant, proposalOf } from '@countersign/approval';
import type { IneligibleRule, RequestState } from '@countersign/approval';
import { packetOf, standingOf } from '../http/request-view.js';
import type { Requested } from '../judge/requested.js';
import type { Visitor } from './layout.js';
import type { PacketView } from './packet-page.js';
import type { QueueItem } from './queue-page.js';
import type { Session } from './sign-in.js';
import { INELIGIBLE } from './words.js';
import type { Notice } from './words.js';

export const visitorOf = ({ reviewer, csrf }: Session): Visitor => ({
  ...{ name: reviewer.name ?? reviewer.subject, tenant: reviewer.tenant, csrf },
});

/** One row of the queue. */
export function queueItem(action: Requested): QueueItem {
  const { action_type, environment, agent_id } = action.decided;
  const { request } = action;
  const { request_id, kind } = request;
  const proposal = proposalOf(action);
  const { amount_value, amount_currency } = action.versions.at(-1)?.edit ?? proposal;
  return {
    ...{ request_id, kind, action_type, environment, agent_id, target: proposal.target, gate: request.gate.name },
    amount: amount_value === null || amount_currency === null ? null : `${amount_value} ${amount_currency}`,
    approvals: approvalsOf(request),
    respond_by: request.respond_by,
    hands: handsOf(request),
  };
}

/** @throws CountersignError `internal` when packet and action do not belong together */
export function packetView(action: Requested, { reviewer }: Session, notice: Notice | null): PacketView {
  const { request } = action;
  return {
    ...{ request_id: request.request_id, kind: request.kind, status: request.status, packet: packetOf(action), notice },
    packet_digest: request.packet_digest,
    approvals: approvalsOf(request),
    ...{ hands: handsOf(request), comments: commentsOf(request) },
    hindrance: hindranceOf(action, standingOf(action, reviewer)),
  };
}

/** Who looks at it, or whom it is assigned to, in words. */
function handsOf({ status, claimed_by, claim_until, assignee }: RequestState): string | null {
  if (status !== 'pending') return null;
  if (claimed_by !== null && claim_until !== null)
    return `in work by ${claimed_by.subject} until ${instant(claim_until).slice(11, 16)} UTC`;
  return assignee === null ? null : `assigned to ${assignee.subject}`;
}

const HELD = 'Approved, and held until it is released or recalled: `countersign release`, `countersign recall`.';

function hindranceOf({ request, hold }: Requested, { rule, voted }: { [member: string]: unknown }): string | null {
  if (request.kind === 'approval' && hold?.status === 'held') return HELD;
  if (request.status !== 'pending') return `The request has ended: ${request.status}.`;
  if (voted === true) return 'You have voted on this version.';
  return rule === null ? null : INELIGIBLE[rule as IneligibleRule];
}
