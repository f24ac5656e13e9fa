import { randomUUID } from 'node:crypto';
import { Body, Controller, Headers, HttpCode, Inject, Param, Post, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import { digestOf } from '@countersign/canonical';
import type { ReleaseRequested } from '@countersign/events';
import type { Reviewer, ReviewerAuth } from '@countersign/service';
import { z } from 'zod';
import type { Judge } from '../judge/judge.js';
import { JUDGE, REVIEWERS, VOTES } from '../tokens.js';
import { BehindInterceptor } from './behind.interceptor.js';
import { CaughtUpGuard } from './caught-up.guard.js';
import { openapiOf } from './openapi.js';
import { accepted } from './refusal.js';
import { requestItem } from './request-view.js';
import { validate } from './validate.js';
import type { Votes } from './votes.js';

const reason = z.string().max(2_000).nullish();
const ReleaseBody = z.strictObject({ release_at: z.iso.datetime().nullish(), reason }).nullish();
const RecallBody = z.strictObject({ reason }).nullish();

type RequestHeaders = Record<string, string | undefined>;
type Wish = Pick<ReleaseRequested, 'recall' | 'release_at' | 'reason'>;

/** The release queue: approved actions that are held leave it by a person, by their time, or not at all. */
@Controller('v1/requests')
@UseGuards(CaughtUpGuard)
@UseInterceptors(BehindInterceptor)
export class ReleasesController {
  constructor(
    @Inject(JUDGE) private readonly judge: Judge,
    @Inject(REVIEWERS) private readonly reviewers: ReviewerAuth,
    @Inject(VOTES) private readonly votes: Votes,
  ) {}

  /** Lets a held action go, at once or at `release_at`. */
  @ApiBody({ schema: openapiOf(ReleaseBody), required: false })
  @Post(':request_id/release')
  @HttpCode(200)
  release(
    @Headers() headers: RequestHeaders,
    @Param('request_id') id: string,
    @Body() body: unknown,
  ): Promise<unknown> {
    const asked = validate(ReleaseBody, body);
    const release_at = asked?.release_at ? Date.parse(asked.release_at) : null;
    return this.ask(headers, id, { recall: false, release_at, reason: asked?.reason ?? null });
  }

  /** Takes an approved action back until its grant is used. */
  @ApiBody({ schema: openapiOf(RecallBody), required: false })
  @Post(':request_id/recall')
  @HttpCode(200)
  recall(@Headers() headers: RequestHeaders, @Param('request_id') id: string, @Body() body: unknown): Promise<unknown> {
    const asked = validate(RecallBody, body);
    return this.ask(headers, id, { recall: true, release_at: null, reason: asked?.reason ?? null });
  }

  private async ask(headers: RequestHeaders, id: string, wish: Wish): Promise<unknown> {
    const reviewer: Reviewer = await this.reviewers.authenticate(headers['authorization']);
    const { tenant, issuer, subject, roles } = reviewer;
    const { decided, request } = this.votes.request(tenant, id);
    const { action_id, run_id } = decided;
    const { request_id } = request;
    const { repeated } = accepted(
      await this.judge.ask('ReleaseRequested', {
        ...{ tenant, action_id, run_id, request_id, issuer, subject, roles },
        ...{
          client_request_id: headers['idempotency-key'] ?? randomUUID(),
          body_hash: digestOf({ id, ...wish }),
          ...wish,
        },
      }),
    );
    return { request: requestItem(this.votes.request(tenant, id), reviewer), repeated };
  }
}
