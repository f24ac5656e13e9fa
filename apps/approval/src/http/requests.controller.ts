import { randomUUID } from 'node:crypto';
import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Res,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { ApiBody, ApiHeader, ApiResponse } from '@nestjs/swagger';
import type { Reviewer, ReviewerAuth } from '@countersign/service';
import type { FastifyReply } from 'fastify';
import { REVIEWERS, VOTES, QUEUE } from '../tokens.js';
import { BatchBody, castBatch } from './batch-votes.js';
import { BehindInterceptor } from './behind.interceptor.js';
import { REQUEST_ANSWER, REQUESTS_ANSWER, VOTE_ANSWER } from './answers.js';
import { CaughtUpGuard } from './caught-up.guard.js';
import { keyOf } from './idempotency-key.js';
import { openapiOf } from './openapi.js';
import type { Queue } from './queue.js';
import { QueueQuery } from './queue.js';
import { requestWithPacket } from './request-view.js';
import { validate } from './validate.js';
import { VoteBody } from './votes.js';
import type { Votes } from './votes.js';

type RequestHeaders = Record<string, string | undefined>;

/** What reviewers call. */
@Controller('v1/requests')
@UseGuards(CaughtUpGuard)
@UseInterceptors(BehindInterceptor)
export class RequestsController {
  constructor(
    @Inject(REVIEWERS) private readonly reviewers: ReviewerAuth,
    @Inject(VOTES) private readonly votes: Votes,
    @Inject(QUEUE) private readonly queue: Queue,
  ) {}

  @ApiResponse({ status: 200, description: 'One page of the queue.', schema: REQUESTS_ANSWER })
  @Get()
  async list(@Headers('authorization') authorization: string | undefined, @Query() query: unknown): Promise<unknown> {
    const reviewer = await this.reviewers.authenticateReader(authorization);
    return this.queue.list(reviewer, validate(QueueQuery, query));
  }

  /** Reading the packet is noted: handling time counts from the first time. */
  @ApiResponse({ status: 200, description: 'With the packet.', schema: REQUEST_ANSWER })
  @Get(':request_id')
  async read(
    @Headers('authorization') authorization: string | undefined,
    @Param('request_id') id: string,
  ): Promise<unknown> {
    const reviewer = await this.reviewers.authenticateReader(authorization);
    const action = this.votes.request(reviewer.tenant, id);
    const document = requestWithPacket(action, reviewer);
    await this.queue.shown.opened(action, reviewer);
    return document;
  }

  /** Many votes at once; each is judged by itself, an approval only of what this person was shown. */
  @ApiBody({ schema: openapiOf(BatchBody) })
  @Post('votes')
  @HttpCode(207)
  async voteMany(@Headers() headers: RequestHeaders, @Body() body: unknown): Promise<unknown> {
    const reviewer = await this.reviewers.authenticate(headers['authorization']);
    return castBatch(this.votes, reviewer, body, headers['idempotency-key'] ?? randomUUID());
  }

  @ApiHeader({ name: 'idempotency-key', required: true, description: 'Makes a retry safe.' })
  @ApiBody({ schema: openapiOf(VoteBody) })
  @ApiResponse({ status: 201, description: 'Counted or kept.', schema: VOTE_ANSWER })
  @Post(':request_id/votes')
  @HttpCode(201)
  async vote(
    @Headers() headers: RequestHeaders,
    @Param('request_id') request_id: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const reviewer: Reviewer = await this.reviewers.authenticate(headers['authorization']);
    const key = keyOf(headers['idempotency-key']);
    const { repeated, ...voted } = await this.votes.cast({ request_id, reviewer, key, body, batch: null });
    if (repeated) void reply.header('idempotency-replayed', 'true');
    return voted;
  }
}
