import { digestOf } from '@countersign/canonical';
import type { ProblemDetails } from '@countersign/canonical';
import { handsDocument } from '@countersign/approval';
import type { Json } from '@countersign/approval';
import type { CustodyRequested } from '@countersign/events';
import type { Reviewer } from '@countersign/service';
import { z } from 'zod';
import type { Judge } from '../judge/judge.js';
import { accepted } from './refusal.js';
import { requestItem } from './request-view.js';
import type { Votes } from './votes.js';

const reason = z.string().trim().min(1).max(2_000);
export const ReasonBody = z.strictObject({ reason });
export const ReassignBody = z.strictObject({ to_subject: z.string().min(1).max(300), reason });
export const CommentBody = z.strictObject({ text: z.string().min(1).max(10_000) });
export const NoBody = z.strictObject({}).nullish();

/** What somebody wants to do with a request. */
export type CustodyWish = Pick<CustodyRequested, 'verb'> &
  Partial<Pick<CustodyRequested, 'to_subject' | 'reason' | 'text'>>;

export interface CustodyCall {
  readonly request_id: string;
  readonly reviewer: Reviewer;
  /** The caller's idempotency key. */
  readonly key: string;
  readonly wish: CustodyWish;
}

/** The one way to claim, hand on, step aside from, escalate or comment on a request. */
export class Custody {
  constructor(
    private readonly judge: Judge,
    private readonly votes: Votes,
  ) {}

  /** @throws CountersignError with the refusal of the door or of the log */
  async ask({ request_id, reviewer, key, wish }: CustodyCall): Promise<{ request: Json; repeated: boolean }> {
    const { tenant, issuer, subject, roles } = reviewer;
    const { decided } = this.votes.request(tenant, request_id);
    const { action_id, run_id } = decided;
    const asked = { to_subject: null, reason: null, text: null, ...wish };
    const answer = await this.judge.ask('CustodyRequested', {
      ...{ tenant, action_id, run_id, request_id, issuer, subject, roles },
      ...{ client_request_id: key, body_hash: digestOf({ request_id, ...asked }), to_issuer: null, to_roles: null },
      ...asked,
    });
    const { repeated } = accepted(answer, answer.code === 'already_claimed' ? this.claim(tenant, request_id) : {});
    return { request: requestItem(this.votes.request(tenant, request_id), reviewer), repeated };
  }

  /** Who has it and until when. */
  private claim(tenant: string, requestId: string): ProblemDetails {
    const { claimed_by, claim_until } = handsDocument(this.votes.request(tenant, requestId).request);
    return { claimed_by, claim_until };
  }
}
