import { Body, Controller, Headers, HttpCode, Inject, Param, Post, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiBody, ApiHeader } from '@nestjs/swagger';
import { instant } from '@countersign/approval';
import { CountersignError, derivedId, digestOf } from '@countersign/canonical';
import type { Reviewer, ReviewerAuth } from '@countersign/service';
import { z } from 'zod';
import type { Judge } from '../judge/judge.js';
import type { Requested } from '../judge/requested.js';
import { JUDGE, REVIEWERS, VOTES } from '../tokens.js';
import { BehindInterceptor } from './behind.interceptor.js';
import { CaughtUpGuard } from './caught-up.guard.js';
import { keyOf } from './idempotency-key.js';
import { openapiOf } from './openapi.js';
import { accepted } from './refusal.js';
import { requestItem, reviewPacketDigest } from './request-view.js';
import { validate } from './validate.js';
import type { Votes } from './votes.js';

const GlassBody = z.strictObject({ packet_digest: z.string().min(1).max(200), reason: z.string().max(2_000) });
type GlassBody = z.infer<typeof GlassBody>;

/** In an emergency one authorised person lets a waiting action go; somebody else looks at it afterwards. */
@Controller('v1/requests')
@UseGuards(CaughtUpGuard)
@UseInterceptors(BehindInterceptor)
export class BreakGlassController {
  constructor(
    @Inject(JUDGE) private readonly judge: Judge,
    @Inject(REVIEWERS) private readonly reviewers: ReviewerAuth,
    @Inject(VOTES) private readonly votes: Votes,
  ) {}

  /** Ends the request as approved without its quorum, and opens a review of that. */
  @ApiHeader({ name: 'idempotency-key', required: true, description: 'Makes a retry safe.' })
  @ApiBody({ schema: openapiOf(GlassBody) })
  @Post(':request_id/break-glass')
  @HttpCode(201)
  async breakGlass(
    @Headers() headers: Record<string, string | undefined>,
    @Param('request_id') id: string,
    @Body() body: unknown,
  ): Promise<unknown> {
    const reviewer = await this.reviewers.authenticate(headers['authorization']);
    const key = keyOf(headers['idempotency-key']);
    const requested = this.votes.request(reviewer.tenant, id);
    const asked = validate(GlassBody, body);
    const { repeated } = accepted(await this.ask(requested, reviewer, asked, key));
    return { ...documentOf(this.votes.request(reviewer.tenant, id), reviewer), repeated };
  }

  private ask(requested: Requested, { tenant, issuer, subject, roles }: Reviewer, asked: GlassBody, key: string) {
    const { action_id, run_id } = requested.decided;
    const { request_id } = requested.request;
    const review_request_id = derivedId('req', action_id, 'audit');
    const glass = { issuer, subject, reason: asked.reason };
    return this.judge.ask('BreakGlassRequested', {
      ...{ tenant, action_id, run_id, request_id, issuer, subject, roles, ...asked },
      ...{ client_request_id: key, body_hash: digestOf({ request_id, ...asked }), review_request_id },
      review_packet_digest: reviewPacketDigest(requested, review_request_id, glass),
    });
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
