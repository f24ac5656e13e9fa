import { about, publish } from './facts.js';
import type { Turn } from './facts.js';
import { approvalsOf } from './gate.js';
import { proposalOf } from './proposal.js';
import type { ActionState, RequestEnd, RequestState, Resolution } from './state.js';

/** Ends a pending request. Terminal never changes, so a request that has ended is left as it is. */
export function resolve(turn: Turn, action: ActionState, request: RequestState | null, resolution: RequestEnd): void {
  if (request?.status !== 'pending') return;
  if (request.paused_at !== null) request.paused_ms += Math.max(0, resolution.resolved_at - request.paused_at);
  request.paused_at = null;
  request.status = resolution.status;
  request.end = resolution;
  turn.state.pending.delete(request.request_id);
  if (request.kind === 'approval' && isAnswer(resolution)) action.resolution = resolution;
  publish(turn, 'RequestResolved', action, () => resolved(action, request, resolution));
}

// Only an audit ends `answered`, and it ends nothing but itself.
const isAnswer = (end: RequestEnd): end is Resolution => end.status !== 'answered';

function resolved(action: ActionState, request: RequestState, { status, resolved_by, by, resolved_at }: RequestEnd) {
  const { decided } = action;
  const approvals = approvalsOf(request);
  const changed = request.kind === 'approval' && status === 'approved' && request.digest !== decided.digest;
  const binds = request.kind === 'approval' && (decided.mode === 'enforce' || decided.mode === 'partial');
  return about(action, {
    target: proposalOf(action).target,
    request_id: request.request_id,
    request_kind: request.kind,
    gate: request.gate.name,
    status,
    resolved_by,
    resolved_at,
    changed,
    reviewer_id: by?.subject ?? null,
    reviewer_ids: request.votes.filter(({ counted }) => counted).map(({ subject }) => subject),
    reason: by?.reason ?? null,
    overridden: binds && resolved_by === 'people' && (status === 'denied' || changed),
    digest: request.digest,
    blind_review: isReviewed(action, request),
    earlier_digests: request.kind === 'approval' ? earlierDigests(action) : [],
    approvals_required: approvals.required,
    approvals_given: approvals.given,
    opened_at: request.opened_at,
    respond_by: request.respond_by,
    expires_at: request.expires_at,
    paused_ms: request.paused_ms,
  });
}

/** Whoever denies the last version has denied the ones that it stands for, too. */
const earlierDigests = ({ decided, versions }: ActionState): string[] =>
  [decided.digest, ...versions.map(({ edit }) => edit.digest)].slice(0, -1);

/** True where this resolution opens a blind review. */
const isReviewed = ({ decided }: ActionState, { kind, status, end }: RequestState): boolean =>
  decided.blind_review && kind === 'approval' && status === 'approved' && end?.resolved_by === 'people';
