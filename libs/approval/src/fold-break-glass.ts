import { seenLength } from '@countersign/canonical';
import type { BreakGlassRequested, Gate } from '@countersign/events';
import { keptFromGlass } from './eligibility.js';
import { about, actionOf, publish, refuse, requestOf } from './facts.js';
import type { Answer, Refusal, Turn } from './facts.js';
import { isFrozen } from './freeze.js';
import { approvalsOf } from './gate.js';
import { issueGrant } from './grant.js';
import { askAuditor } from './open-request.js';
import { publishRefusal } from './refused.js';
import { answer, once } from './remember.js';
import { resolve } from './resolve.js';
import { personKey } from './state.js';
import type { ActionState, RequestState } from './state.js';

/** Least characters of the reason for breaking the glass. */
export const GLASS_REASON_MIN = 20;

/** What policy lets one person do to a request in an emergency. */
export interface Glass {
  /** Life of the grant, seconds. */
  readonly ttl_s: number;
  /** Gate of the review that opens at once. */
  readonly review: Gate;
}

/** The glass in front of a request; null where policy has put none there. */
export function glassOf({ decided }: Pick<ActionState, 'decided'>, { kind, gate }: RequestState): Glass | null {
  const { break_glass_gate: review } = decided;
  const { break_glass_s: ttl_s } = gate;
  return kind !== 'approval' || ttl_s === null || review === null ? null : { ttl_s, review };
}

/** In an emergency one authorised person lets a waiting action go, or is told why not. A kill switch is stronger. */
export function foldBreakGlass(turn: Turn, asked: BreakGlassRequested): Answer {
  const action = actionOf(turn, asked);
  const request = action === null ? null : requestOf(action, asked.request_id);
  if (action === null || request === null) return answer(turn, refuse('not_found'));
  const key = `break_glass|${personKey(asked.issuer, asked.subject)}|${asked.client_request_id}`;
  return once(turn, action, { key, body_hash: asked.body_hash }, () => {
    const refusal = judge(turn, action, request, asked);
    const attempt = { attempt: 'break_glass', subject: asked.subject, request_id: asked.request_id } as const;
    if (refusal !== null) return publishRefusal(turn, action, attempt, refusal);
    letGo(turn, action, request, asked);
    return null;
  });
}

function judge(turn: Turn, action: ActionState, request: RequestState, asked: BreakGlassRequested): Refusal | null {
  const rule = keptFromGlass(action, request, asked);
  if (rule !== null) return refuse('not_eligible', rule);
  if (glassOf(action, request) === null) return refuse('break_glass_not_allowed');
  if (request.status !== 'pending') return refuse('already_terminal');
  if (isFrozen(turn.state, action)) return refuse('frozen');
  // Without the packet of the review nobody could look at it afterwards.
  if (asked.packet_digest !== request.packet_digest || asked.review_packet_digest === null)
    return refuse('stale_packet');
  return seenLength(asked.reason, GLASS_REASON_MIN) < GLASS_REASON_MIN ? refuse('reason_required') : null;
}

function letGo(turn: Turn, action: ActionState, request: RequestState, asked: BreakGlassRequested): void {
  const glass = glassOf(action, request);
  const { issuer, subject, reason, review_request_id, review_packet_digest: packet_digest } = asked;
  if (glass === null || packet_digest === null) return;
  turn.state.counters.glass_broken += 1;
  publishBroken(turn, action, request, asked);
  const by = { issuer, subject, reason };
  resolve(turn, action, request, { status: 'approved', resolved_by: 'admin', by, resolved_at: turn.now });
  issueGrant(turn, action, { authority: 'break_glass', digest: request.digest, ttl_s: glass.ttl_s });
  askAuditor(turn, action, { request_id: review_request_id, gate: glass.review, packet_digest });
}

function publishBroken(turn: Turn, action: ActionState, request: RequestState, asked: BreakGlassRequested): void {
  const { request_id, issuer, subject, reason, packet_digest, review_request_id } = asked;
  const { required, given } = approvalsOf(request);
  publish(turn, 'GlassBroken', action, () =>
    about(action, {
      ...{ request_id, gate: request.gate.name, digest: request.digest, packet_digest },
      ...{ issuer, reviewer_id: subject, reason, approvals_required: required, approvals_given: given },
      ...{
        grant_id: action.decided.grant_id,
        grant_ttl_s: request.gate.break_glass_s ?? 0,
        review_request_id,
        broken_at: turn.now,
      },
    }),
  );
}
