import {
  BLIND_HANDS,
  blindPacket,
  buildPacket,
  commentsOf,
  decisionOfKind,
  decisionOfReview,
  digestOfPacket,
  glassBroken,
  glassOf,
  evidenceDigest,
  handsDocument,
  hasVoted,
  holdDocument,
  ineligible,
  isBlind,
  isOutOfTurn,
  instant,
  keptFromGlass,
  packetWith,
  proposalOf,
  requestDocument,
  votesFor,
} from '@countersign/approval';
import type { Decider, Json, Packet, PacketDecision, VoteState, Voter } from '@countersign/approval';
import { actionDigest, asWritten, CountersignError } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import type { ActionProposed } from '@countersign/events';
import type { Requested } from '../judge/requested.js';

/** What reviewers see of a request in a list. */
export function requestItem(action: Requested, viewer: Voter): Json {
  const { decided, request } = action;
  const proposal = proposalOf(action);
  const edit = action.versions.at(-1)?.edit;
  const { action_id, run_id, agent_id, action_type, environment, policy_name, policy_version, rule, impact } = decided;
  return {
    ...requestDocument(request),
    ...handsDocument(request),
    ...(isBlind(action.action, request, viewer) ? BLIND_HANDS : {}),
    ...holdDocument({ hold: request.kind === 'approval' ? action.hold : null }),
    ...{ action_id, run_id, agent_id, action_type, environment, rule, impact },
    policy: { name: policy_name, version: policy_version },
    target: proposal.target,
    amount: amountOf(edit ?? proposal),
    submitted_at: instant(decided.submitted_at),
    version: action.versions.length + 1,
    votes_offered: [...votesFor(request.kind)],
    ...(request.gate.reason_presets.length === 0 ? {} : { reason_presets: [...request.gate.reason_presets] }),
    resolution: resolutionOf(action),
    ...glassDocument(action, viewer),
    you: standingOf(action, viewer),
  };
}

const amountOf = ({
  amount_value,
  amount_currency,
}: {
  amount_value: string | null;
  amount_currency: string | null;
}): JsonValue =>
  amount_value === null || amount_currency === null ? null : { value: amount_value, currency: amount_currency };

/** Whether this person may still vote on the version shown, and why not. */
export function standingOf(action: Requested, viewer: Voter): Json {
  const early = action.request.status === 'pending' && isOutOfTurn(action.request, viewer) ? 'stage' : null;
  const rule = ineligible(action.action, action.request, viewer) ?? early;
  const voted = hasVoted(action.action, action.request, viewer);
  return {
    eligible: rule === null,
    rule,
    voted,
    can_vote: rule === null && !voted && action.request.status === 'pending',
  };
}

/** Whether policy lets somebody break the glass, and whether this person may now. */
function glassDocument(action: Requested, viewer: Voter): Json {
  const glass = glassOf(action, action.request);
  if (glass === null) return {};
  return { break_glass: { grant_ttl_s: glass.ttl_s, you_can: glassTtl(action, viewer) !== null } };
}

/** Life in seconds of the grant that this person gives by breaking the glass; null when they cannot. */
export function glassTtl(action: Requested, viewer: Voter): number | null {
  const { request } = action;
  const can = request.status === 'pending' && keptFromGlass(action.action, request, viewer) === null;
  return can ? (glassOf(action, request)?.ttl_s ?? null) : null;
}

function resolutionOf({ request }: Requested): JsonValue {
  return request.status === 'pending' ? null : { status: request.status };
}

/** One request with everything a reviewer decides on. */
export function requestWithPacket(action: Requested, viewer: Voter): Json {
  const { request } = action;
  // Only who reads the packet learns its digest: a list shows too little to decide on.
  const { packet_digest } = request;
  const item = { ...requestItem(action, viewer), packet: packetFor(action, viewer), packet_digest };
  if (isBlind(action.action, request, viewer)) return { ...item, votes: [], comments: [], blind: true };
  return { ...item, votes: request.votes.map(voteOf), comments: commentsOf(request) };
}

const voteOf = (vote: VoteState): JsonValue => ({
  vote_id: vote.vote_id,
  reviewer_id: vote.subject,
  role: vote.role,
  ...(vote.exception === null ? {} : { exception: vote.exception }),
  vote: vote.vote,
  counted: vote.counted,
  version: vote.version,
  reason: vote.reason,
  voted_at: instant(vote.voted_at),
});

/** Digest of the packet that the review of broken glass will show; null where policy lets nobody break it. */
export function reviewPacketDigest(action: Requested, requestId: string, glass: Decider): string | null {
  const decision = decisionOfReview(action.decided, requestId, glass);
  return decision === null ? null : digestOfPacket(proposalOf(action), decision, action.versions);
}

function packetDecision({ action, decided, request }: Requested): PacketDecision {
  const glass = request.kind === 'audit' ? glassBroken(action) : null;
  const shown =
    glass === null ? decisionOfKind(decided, request.kind) : decisionOfReview(decided, request.request_id, glass);
  return shown ?? decided;
}

const DIGESTED = ['/parameters', '/preconditions'];

/** The digest of an action is over plain values; where some of them are keyed hashes nobody but the agent can compute it. */
const hidesDigested = ({ sensitive }: Pick<ActionProposed, 'sensitive'>): boolean =>
  sensitive.some((pointer) => DIGESTED.some((root) => pointer === root || pointer.startsWith(`${root}/`)));

/**
 * Nobody decides on what cannot be shown, whatever digest they name.
 * @throws CountersignError `stale_packet`
 */
export function refuseUnshowable(action: Requested): void {
  try {
    checkPacket(action);
  } catch (cause) {
    throw new CountersignError(
      'stale_packet',
      'the packet of this request cannot be built, so nobody can have read it; an operator has to look at it',
      {},
      { cause },
    );
  }
}

/** @throws CountersignError `internal` when bytes, digests and packet do not belong together: nobody may vote on that */
export function checkPacket(action: Requested): void {
  const proposal = proposalOf(action);
  const { base_digest, attachments, packet_digest } = action.request;
  const version = action.versions.at(-1)?.edit ?? proposal;
  const values = {
    ...proposal,
    ...{ parameters: asWritten(version.parameters), preconditions: asWritten(proposal.preconditions) },
  };
  const digest = hidesDigested(proposal) ? version.digest : actionDigest(values);
  const isWhole =
    digestOfPacket(proposal, packetDecision(action), action.versions) === base_digest &&
    evidenceDigest(base_digest, attachments) === packet_digest;
  if (digest === action.request.digest && isWhole) return;
  throw new CountersignError('internal', 'the packet does not fit its action; an operator has to look at it');
}

/** The packet as this person may read it. @throws as `packetOf` */
export const packetFor = (action: Requested, viewer: Voter): Packet =>
  isBlind(action.action, action.request, viewer) ? blindPacket(packetOf(action)) : packetOf(action);

/**
 * The packet of the version on the table, rendered from the bytes that the token will release.
 * @throws CountersignError `internal` as `checkPacket` does
 */
export function packetOf(action: Requested): Packet {
  checkPacket(action);
  const packet = buildPacket(proposalOf(action), packetDecision(action), action.versions);
  return packetWith(packet, action.request.attachments);
}
