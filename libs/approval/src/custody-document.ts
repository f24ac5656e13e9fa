import type { JsonValue } from '@countersign/canonical';
import type { CustodyFact, Holder } from './custody-state.js';
import { instant } from './document.js';
import type { Json } from './read-json.js';
import type { Attachment } from './evidence-state.js';
import { approvalsOf } from './gate.js';
import type { ActionState, RequestState, VoteState } from './state.js';

/** In whose hands a request is, as reviewers see it. */
export const handsDocument = (request: RequestState): Json => ({
  assignee: request.assignee?.subject ?? null,
  claimed_by: request.claimed_by?.subject ?? null,
  claim_until: timeOf(request.claim_until),
  recused: (request.recused ?? []).map(({ subject }) => subject),
  escalated_at: timeOf(request.escalated_at),
  reminders: request.reminders,
});

/** What people said about a request. Untrusted text, and no part of its packet. */
export const commentsOf = ({ custody }: RequestState): JsonValue[] =>
  (custody ?? [])
    .filter(({ what }) => what === 'comment')
    .map(({ at, subject, text }) => ({ subject, text, commented_at: instant(at) }));

interface Fact {
  readonly at: number;
  readonly what: string;
  /** Who did it; null for a clock, the agent or policy. */
  readonly by: Holder | null;
  readonly how: Json;
}

/** Chain of custody: everything that happened to one request in the order of the log, with who and why. */
export function custodyDocument(action: ActionState, request: RequestState): Json {
  const { request_id, kind, status, paused_ms, refusals } = request;
  const facts = [...waiting(action, request), ...ending(action, request)].sort((a, b) => a.at - b.at);
  return {
    ...{ request_id, action_id: action.decided.action_id, kind, status, ...handsDocument(request) },
    paused_s: paused_ms / 1000,
    refusals: Object.fromEntries(refusals ?? []),
    facts: facts.map(({ at, what, by, how }) => ({ at: instant(at), what, by: personOf(by), ...how })),
  };
}

const timeOf = (ms: number | null): string | null => (ms === null ? null : instant(ms));
const personOf = (by: Holder | null): JsonValue => (by === null ? null : { issuer: by.issuer, subject: by.subject });

function waiting(action: ActionState, request: RequestState): Fact[] {
  const { gate, opened_at, respond_by, expires_at } = request;
  const how = { gate: gate.name, approvals_required: approvalsOf(request).required };
  const clocks = { respond_by: instant(respond_by), expires_at: instant(expires_at) };
  const edits = request.kind === 'approval' ? action.versions : [];
  return [
    { at: opened_at, what: 'opened', by: null, how: { ...how, ...clocks } },
    ...[...(request.shown ?? [])].map(([key, at]) => ({ at, what: 'shown', by: holderOf(key), how: {} })),
    ...(request.custody ?? []).map(changeOf),
    ...request.attachments.map(attachedOf),
    ...edits.map(({ edit, issuer, editor, changed_at }) => ({
      ...{ at: changed_at, what: 'edited', by: { issuer, subject: editor }, how: { digest: edit.digest } },
    })),
    ...request.votes.map(voteOf),
  ];
}

/** As with everything that the agent does, its part has no person. */
function attachedOf({ attached_at, issuer, subject, role, attachment_id, kind, name, sha256 }: Attachment): Fact {
  const how = { attachment_id, kind, name, sha256, role };
  return { at: attached_at, what: 'attached', by: role === 'agent' ? null : { issuer, subject }, how };
}

const WORDS: Readonly<Partial<Record<CustodyFact['what'], string>>> = {
  claim: 'claimed',
  release: 'claim_released',
  assign: 'assigned',
  reassign: 'reassigned',
  recuse: 'recused',
  escalate: 'escalated',
  comment: 'commented',
  remind: 'reminded',
};

/** Given to nobody, it is left to everybody who may vote. */
const wordOf = (what: CustodyFact['what'], to: string | null): string =>
  to === null && (what === 'assign' || what === 'reassign') ? 'left_in_pool' : (WORDS[what] ?? what);

function changeOf({ what, at, issuer, subject, to_subject, reason, text, claim_until, nth }: CustodyFact): Fact {
  const how = {
    ...(to_subject !== null && { to_subject }),
    ...(reason !== null && { reason }),
    ...(text !== null && { text }),
    ...(claim_until !== null && { claim_until: instant(claim_until) }),
    ...(nth > 0 && { nth }),
  };
  return { at, what: wordOf(what, to_subject), by: subject === null ? null : { issuer, subject }, how };
}

function voteOf({ issuer, subject, vote, vote_id, role, reason, counted, version, voted_at }: VoteState): Fact {
  const how = { vote, vote_id, role, reason, counted, version };
  return { at: voted_at, what: 'voted', by: { issuer, subject }, how };
}

function ending(action: ActionState, { kind, end }: RequestState): Fact[] {
  if (end === null) return [];
  const { status, resolved_by, by, resolved_at } = end;
  const resolved = {
    at: resolved_at,
    what: 'resolved',
    by,
    how: { status, resolved_by, reason: by?.reason ?? null },
  };
  return kind === 'approval' ? [resolved, ...released(action)] : [resolved];
}

/** What became of the approval. */
function released({ decided: { grant_id }, hold, grant }: ActionState): Fact[] {
  const held = hold === null ? [] : [{ at: hold.held_at, what: 'held', by: null, how: {} }];
  const left =
    hold === null || hold.status === 'held' ? [] : [{ at: hold.changed_at, what: hold.status, by: null, how: {} }];
  if (grant === null) return [...held, ...left];
  const { issued_at, redeemed_at, status, executor_id, expires_at } = grant;
  const how = { grant_id, status, expires_at: instant(expires_at) };
  const redeemed =
    redeemed_at === null ? [] : [{ at: redeemed_at, what: 'redeemed', by: null, how: { grant_id, executor_id } }];
  return [...held, ...left, { at: issued_at, what: 'grant_issued', by: null, how }, ...redeemed];
}

const holderOf = (key: string): Holder => {
  const [issuer = '', subject = ''] = key.split('\n');
  return { issuer, subject };
};
