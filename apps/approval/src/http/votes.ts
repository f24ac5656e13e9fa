import { derivedId, CountersignError, digestOf } from '@countersign/canonical';
import type { ProblemDetails } from '@countersign/canonical';
import { attachedSince, attachmentDocument, missingFor } from '@countersign/approval';
import type { Answer, Attachment, Json, RequestState } from '@countersign/approval';
import type { Edit, VoteCast } from '@countersign/events';
import type { Reviewer } from '@countersign/service';
import { z } from 'zod';
import type { Judge } from '../judge/judge.js';
import type { Requested } from '../judge/requested.js';
import type { View } from '../judge/view.js';
import type { Edits } from './edits.js';
import { accepted } from './refusal.js';
import { refuseUnshowable, requestItem, standingOf } from './request-view.js';
import { jsonValue, validate } from './validate.js';

export const VoteBody = z.strictObject({
  vote: z.enum(['approve', 'deny', 'approve_with_changes', 'harmful', 'harmless', 'unsure']),
  packet_digest: z.string().min(1).max(200),
  reason: z.string().max(10_000).nullish(),
  parameters: z.record(z.string(), jsonValue).nullish(),
  release_at: z.iso.datetime().nullish(),
});
export type VoteBody = z.infer<typeof VoteBody>;

/** One vote as it comes to the door. */
export interface Ballot {
  readonly request_id: string;
  readonly reviewer: Reviewer;
  /** The caller's idempotency key. */
  readonly key: string;
  readonly body: unknown;
  /** The call that it came in with others; null for a vote by itself. */
  readonly batch: BatchCall | null;
}

export interface BatchCall {
  readonly batch_id: string;
  /** The batch that the call names. */
  readonly batch: string | null;
  /** Approvals of the call. */
  readonly batch_approvals: number;
}
const BY_ITSELF = { batch_id: null, batch: null, batch_approvals: null };

export interface Voted {
  readonly vote_id: string;
  readonly repeated: boolean;
  readonly request: Json;
}

/** The one way to vote, for the API, batches and the page. */
export class Votes {
  constructor(
    private readonly judge: Judge,
    private readonly view: View,
    private readonly edits: Edits,
  ) {}

  /** The request of this tenant. @throws CountersignError `not_found` */
  request(tenant: string, requestId: string): Requested {
    const requested = this.view.request(tenant, requestId);
    if (requested === null) throw new CountersignError('not_found', 'there is no such request');
    return requested;
  }

  /** Of a request of this tenant. @throws CountersignError `not_found` */
  attachment(tenant: string, requestId: string, attachmentId: string): Attachment {
    const { attachments } = this.request(tenant, requestId).request;
    const found = attachments.find(({ attachment_id }) => attachment_id === attachmentId);
    if (found === undefined) throw new CountersignError('not_found', 'there is no such attachment');
    return found;
  }

  /** @throws CountersignError with the refusal of the door or of the log */
  async cast(ballot: Ballot): Promise<Voted> {
    const { request_id, reviewer } = ballot;
    const action = this.request(reviewer.tenant, request_id);
    const body = validate(VoteBody, ballot.body);
    refuseUnshowable(action);
    const edit = await this.editOf(action, body, reviewer);
    const event = voteCast(action, ballot, body, edit);
    const judged = await this.judge.ask('VoteCast', event);
    const answer: Answer = accepted(judged, factsOf(judged, action.request, event));
    await this.judge.unpublished.published(event.action_id);
    const request = requestItem(this.request(reviewer.tenant, request_id), reviewer);
    return { vote_id: event.vote_id, repeated: answer.repeated, request };
  }

  private async editOf(action: Requested, { vote, parameters }: VoteBody, reviewer: Reviewer): Promise<Edit | null> {
    if (vote !== 'approve_with_changes') {
      if (!parameters) return null;
      throw new CountersignError('invalid_request', 'parameters go with approve_with_changes only', {
        pointer: '/parameters',
      });
    }
    // Who cannot vote changes nothing: the log says why, and policy need not be asked.
    if (standingOf(action, reviewer)['can_vote'] !== true) return null;
    if (!parameters)
      throw new CountersignError('parameters_required', 'send the whole new parameters', { pointer: '/parameters' });
    return this.edits.build(action, parameters, reviewer);
  }
}

/** What a voter who is refused for evidence needs to know. */
function factsOf({ code }: Answer, request: RequestState, cast: VoteCast): ProblemDetails {
  if (code === 'evidence_required') return { missing: missingFor(request, cast) };
  if (code !== 'stale_packet') return {};
  const attached = attachedSince(request, cast.packet_digest) ?? [];
  return attached.length === 0 ? {} : { attached: attached.map(attachmentDocument) };
}

function voteCast(
  action: Requested,
  { request_id, reviewer, key, batch }: Ballot,
  body: VoteBody,
  edit: Edit | null,
): VoteCast {
  const { tenant, action_id, run_id } = action.decided;
  const { issuer, subject, roles } = reviewer;
  const { vote, packet_digest, reason = null, parameters = null } = body;
  const release_at = body.release_at ? Date.parse(body.release_at) : null;
  return {
    ...{
      tenant,
      action_id,
      run_id,
      request_id,
      client_request_id: key,
      issuer,
      subject,
      roles,
      vote,
      packet_digest,
      reason,
    },
    ...{ vote_id: derivedId('vote', request_id, issuer, subject, key), edit, release_at },
    ...(batch ?? BY_ITSELF),
    // Named only where it is stated, so that a retry of an older call has the same hash.
    body_hash: digestOf({ request_id, vote, packet_digest, reason, parameters, ...(release_at && { release_at }) }),
  };
}
