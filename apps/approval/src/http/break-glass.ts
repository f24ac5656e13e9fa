import { instant } from '@countersign/approval';
import { CountersignError, derivedId, digestOf } from '@countersign/canonical';
import type { Reviewer } from '@countersign/service';
import { z } from 'zod';
import type { Judge } from '../judge/judge.js';
import type { Requested } from '../judge/requested.js';
import { accepted } from './refusal.js';
import { refuseUnshowable, requestItem, reviewPacketDigest } from './request-view.js';
import type { Votes } from './votes.js';

export const GlassBody = z.strictObject({ packet_digest: z.string().min(1).max(200), reason: z.string().max(2_000) });
export type GlassBody = z.infer<typeof GlassBody>;

export interface GlassCall {
  readonly request_id: string;
  readonly reviewer: Reviewer;
  /** The caller's idempotency key. */
  readonly key: string;
  readonly body: GlassBody;
}

/** The one way to let an action go alone, in an emergency. */
export class BreakGlass {
  constructor(
    private readonly judge: Judge,
    private readonly votes: Votes,
  ) {}

  /** @throws CountersignError with the refusal of the door or of the log */
  async ask({ request_id, reviewer, key, body }: GlassCall) {
    const { tenant, issuer, subject, roles } = reviewer;
    const requested = this.votes.request(tenant, request_id);
    refuseUnshowable(requested);
    const { action_id, run_id } = requested.decided;
    const review_request_id = derivedId('req', action_id, 'audit');
    const glass = { issuer, subject, reason: body.reason };
    const answer = await this.judge.ask('BreakGlassRequested', {
      ...{ tenant, action_id, run_id, request_id, issuer, subject, roles, ...body },
      ...{ client_request_id: key, body_hash: digestOf({ request_id, ...body }), review_request_id },
      review_packet_digest: reviewPacketDigest(requested, review_request_id, glass),
    });
    const { repeated } = accepted(answer);
    return { ...documentOf(this.votes.request(tenant, request_id), reviewer), repeated };
  }
}

function documentOf(requested: Requested, reviewer: Reviewer) {
  const { grant, audit, decided } = requested.action;
  if (grant === null || audit === null) throw new CountersignError('internal', 'glass was broken and nothing follows');
  const { status, expires_at } = grant;
  return {
    request: requestItem(requested, reviewer),
    grant: { grant_id: decided.grant_id, status, expires_at: instant(expires_at) },
    review_request_id: audit.request_id,
  };
}
