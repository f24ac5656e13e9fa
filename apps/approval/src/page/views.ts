import {
  approvalsOf,
  commentsOf,
  evidenceMissing,
  instant,
  isBlind,
  isSame,
  proposalOf,
  readJson,
} from '@countersign/approval';
import type { IneligibleRule, Json, RequestState } from '@countersign/approval';
import type { JsonValue } from '@countersign/canonical';
import { isAdmin } from '@countersign/service';
import type { Reviewer } from '@countersign/service';
import { hidesParameters } from '../http/edits.js';
import { isHeld } from '../http/queue.js';
import { glassTtl, packetFor, standingOf } from '../http/request-view.js';
import type { Requested } from '../judge/requested.js';
import type { Visitor } from './layout.js';
import type { CustodyVerb } from './packet-forms.js';
import type { PacketView } from './packet-page.js';
import type { BatchLink, QueueItem } from './queue-page.js';
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
    amount:
      amount_value === null || amount_currency === null ? null : { value: amount_value, currency: amount_currency },
    approvals: approvalsOf(request),
    respond_by: request.respond_by,
    hands: handsOf(request),
  };
}

/** One batch of the API's list, as the queue shows it. */
export const batchLink = (batch: Json): BatchLink => ({
  ...{ batch: String(batch['batch']), action_type: String(batch['action_type']), count: Number(batch['count']) },
  ...{
    sum: (batch['sum'] ?? null) as JsonValue,
    outliers: Array.isArray(batch['outliers']) ? batch['outliers'].length : 0,
  },
});

/** @throws CountersignError `internal` when packet and action do not belong together */
export function packetView(action: Requested, { reviewer }: Session, notice: Notice | null): PacketView {
  const { request } = action;
  const standing = standingOf(action, reviewer);
  const packet = packetFor(action, reviewer);
  return {
    ...{ request_id: request.request_id, kind: request.kind, status: request.status, packet, notice },
    packet_digest: request.packet_digest,
    approvals: approvalsOf(request),
    hands: handsOf(request),
    missing: evidenceMissing(request),
    comments: isBlind(action.action, request, reviewer) ? [] : commentsOf(request),
    hindrance: hindranceOf(request, standing),
    changeable: request.kind === 'approval' && !hidesParameters(proposalOf(action)) ? parametersIn(packet) : null,
    reason_presets: request.kind === 'audit' ? [] : request.gate.reason_presets,
    reason_min: request.gate.reason === 'never' ? null : request.gate.reason_min_length,
    held: isHeld(action),
    release_at: isHeld(action) && action.hold?.release_at ? instant(action.hold.release_at) : null,
    glass_ttl_s: glassTtl(action, reviewer),
    verbs: verbsFor(request, reviewer, standing['can_vote'] === true),
    draft: {},
  };
}

/** The same as they stand in the packet. */
const parametersIn = (packet: Json): JsonValue => (packet['action'] as Json | undefined)?.['parameters'] ?? null;

/** The parameters of the version on the table. */
export const parametersOf = (action: Requested): JsonValue =>
  readJson((action.versions.at(-1)?.edit ?? proposalOf(action)).parameters, null);

function verbsFor(request: RequestState, reviewer: Reviewer, canVote: boolean): CustodyVerb[] {
  if (request.status !== 'pending') return [];
  const { claimed_by, assignee, escalated_at, gate } = request;
  const open: readonly (readonly [CustodyVerb, boolean])[] = [
    ['claim', canVote && claimed_by === null],
    ['release', isSame(claimed_by, reviewer)],
    ['comment', true],
    ['recuse', canVote],
    ['escalate', canVote && escalated_at === null && gate.escalate_roles.length > 0],
    ['reassign', isSame(assignee, reviewer) || isAdmin(reviewer)],
  ];
  return open.filter(([, isOpen]) => isOpen).map(([verb]) => verb);
}

/** Who looks at it, or whom it is assigned to, in words. */
function handsOf({ status, claimed_by, claim_until, assignee }: RequestState): string | null {
  if (status !== 'pending') return null;
  if (claimed_by !== null && claim_until !== null)
    return `in work by ${claimed_by.subject} until ${instant(claim_until).slice(11, 16)} UTC`;
  return assignee === null ? null : `assigned to ${assignee.subject}`;
}

function hindranceOf(request: RequestState, { rule, voted }: { [member: string]: unknown }): string | null {
  if (request.status !== 'pending') return `The request has ended: ${request.status}.`;
  if (voted === true) return 'You have voted on this version.';
  return rule === null ? null : INELIGIBLE[rule as IneligibleRule];
}
