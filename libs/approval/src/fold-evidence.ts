import type { EvidenceAttached } from '@countersign/events';
import { ineligible } from './eligibility.js';
import { evidenceDigest } from './evidence.js';
import type { AttachedAs, Attachment } from './evidence-state.js';
import { about, actionOf, publish, refuse, requestOf } from './facts.js';
import type { Answer, Refusal, Turn } from './facts.js';
import { isApproval } from './gate.js';
import { publishRefusal } from './refused.js';
import { answer, once, rememberedOf } from './remember.js';
import type { Call } from './remember.js';
import { personKey } from './state.js';
import type { ActionState, RequestState } from './state.js';
import { forgetShown } from './version.js';

/** Attachments that a request takes, so that nobody can fill memory and disks, or void approvals for ever. */
export const MAX_ATTACHMENTS = 20;
/** How many of them the agent may use up: people can always add what a gate demands. */
export const MAX_BY_AGENT = 10;
/** Bytes of all attachments of a request. */
export const MAX_EVIDENCE_BYTES = 50 * 1024 * 1024;

/** Puts evidence beside the packet of a pending request. Its bytes are stored before this is in the log. */
export function foldEvidence(turn: Turn, attached: EvidenceAttached): Answer {
  const action = actionOf(turn, attached);
  const request = action === null ? null : requestOf(action, attached.request_id);
  if (action === null || request === null) return answer(turn, refuse('not_found'));
  return once(turn, action, callOf(attached), () => {
    const refusal = judge(action, request, attached);
    const { subject, request_id } = attached;
    if (refusal !== null) return publishRefusal(turn, action, { attempt: 'attach', subject, request_id }, refusal);
    attach(turn, action, request, attached);
    return null;
  });
}

/** What the log would refuse as far as is known here, so that bytes which nobody will ask for are not stored. */
export function foreseeEvidence(
  action: ActionState,
  request: RequestState,
  attached: EvidenceAttached,
): Refusal | null {
  const { key, body_hash } = callOf(attached);
  const known = rememberedOf(action, key);
  if (known === undefined) return judge(action, request, attached);
  return known.body_hash === body_hash ? null : refuse('duplicate_request');
}

const callOf = ({ issuer, subject, client_request_id, body_hash }: EvidenceAttached): Call => ({
  key: `attach|${personKey(issuer ?? '', subject)}|${client_request_id}`,
  body_hash,
});

type Attacher = Pick<EvidenceAttached, 'issuer' | 'subject' | 'roles' | 'as_agent'>;

/**
 * As whom somebody may attach: the agent to the request of its own action, who operates it, and who may vote on the
 * request or could before they stepped aside or changed it; null for everybody else. An audit is for its auditors.
 */
export function attachesAs(action: ActionState, request: RequestState, attacher: Attacher): AttachedAs | null {
  const { issuer, subject, roles, as_agent } = attacher;
  if (as_agent) return subject === action.decided.agent_id && request.kind !== 'audit' ? 'agent' : null;
  const rule = ineligible(action, request, { issuer: issuer ?? '', subject, roles });
  if (rule === null) return 'reviewer';
  if (request.kind === 'audit') return null;
  if (rule === 'operator') return 'operator';
  return rule === 'role' || rule === 'self' ? null : 'reviewer';
}

function judge(action: ActionState, request: RequestState, attached: EvidenceAttached): Refusal | null {
  const role = attachesAs(action, request, attached);
  if (role === null) return refuse('forbidden');
  if (request.status !== 'pending') return refuse('already_terminal');
  const { attachments } = request;
  const { kind, sha256 } = attached;
  if (attachments.some((one) => one.kind === kind && one.sha256 === sha256)) return refuse('already_attached');
  return isFull(attachments, role, attached.size_bytes) ? refuse('evidence_full') : null;
}

function isFull(attachments: readonly Attachment[], role: AttachedAs, size_bytes: number): boolean {
  const bytes = attachments.reduce((sum, one) => sum + one.size_bytes, size_bytes);
  const byAgent = attachments.filter((one) => one.role === 'agent').length;
  return (
    attachments.length >= MAX_ATTACHMENTS || bytes > MAX_EVIDENCE_BYTES || (role === 'agent' && byAgent >= MAX_BY_AGENT)
  );
}

/**
 * The packet has a new digest. An approval was of what that person had read, so it counts no longer and may be given
 * again; a denial stands, or whoever wants the action could void it by attaching something.
 */
function attach(turn: Turn, action: ActionState, request: RequestState, attached: EvidenceAttached): void {
  const { attachment_id, kind, name, media_type, size_bytes, sha256, issuer, subject } = attached;
  const what = { attachment_id, kind, name, media_type, size_bytes, sha256, issuer, subject };
  const role = attachesAs(action, request, attached) ?? 'reviewer';
  const attachment: Attachment = { ...what, role, attached_at: turn.now };
  const voided_votes = voidApprovals(request);
  request.attachments = [...request.attachments, attachment];
  request.packet_digest = evidenceDigest(request.base_digest, request.attachments);
  forgetShown(request, personKey(issuer ?? '', subject));
  const { request_id, kind: request_kind, packet_digest } = request;
  publish(turn, 'EvidenceRecorded', action, () =>
    about(action, {
      ...{ request_id, request_kind, gate: request.gate.name, ...attachment },
      ...{ packet_digest, voided_votes },
    }),
  );
}

function voidApprovals({ votes }: RequestState): string[] {
  const approvals = votes.filter(isApproval);
  const voided = approvals.filter(({ counted }) => counted).map(({ vote_id }) => vote_id);
  for (const vote of approvals) {
    vote.counted = false;
    vote.superseded = true;
  }
  return voided;
}
