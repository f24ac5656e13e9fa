import { randomUUID } from 'node:crypto';
import {
  Body,
  Controller,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Req,
  Res,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { ApiBody, ApiHeader, ApiResponse } from '@nestjs/swagger';
import { Access, isRead, Keyed, OpensPacket, OptionalKey, Person } from '@countersign/service';
import type { KeyedCall, Reviewer } from '@countersign/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { VOTES, QUEUE } from '../tokens.js';
import { BatchBody, castBatch } from './batch-votes.js';
import { BehindInterceptor } from './behind.interceptor.js';
import { REQUEST_ANSWER, REQUESTS_ANSWER, VOTE_ANSWER } from './answers.js';
import { CaughtUpGuard } from './caught-up.guard.js';
import { openapiOf } from './openapi.js';
import type { Queue } from './queue.js';
import { QueueQuery } from './queue.js';
import { requestWithPacket } from './request-view.js';
import { validate } from './validate.js';
import { VoteBody } from './votes.js';
import type { Votes } from './votes.js';

/** What reviewers call. */
@Controller('v1/requests')
@Access('person')
@UseGuards(CaughtUpGuard)
@UseInterceptors(BehindInterceptor)
export class RequestsController {
  constructor(
    @Inject(VOTES) private readonly votes: Votes,
    @Inject(QUEUE) private readonly queue: Queue,
  ) {}

  @ApiResponse({ status: 200, description: 'One page of the queue.', schema: REQUESTS_ANSWER })
  @Get()
  list(@Person() reviewer: Reviewer, @Query() query: unknown): unknown {
    return this.queue.list(reviewer, validate(QueueQuery, query));
  }

  /** Reading the packet is noted: handling time counts from the first time. */
  @ApiResponse({ status: 200, description: 'With the packet.', schema: REQUEST_ANSWER })
  @OpensPacket()
  @Get(':request_id')
  async read(
    @Person() reviewer: Reviewer,
    @Param('request_id') id: string,
    @Req() request: FastifyRequest,
  ): Promise<unknown> {
    const action = this.votes.request(reviewer.tenant, id);
    const document = requestWithPacket(action, reviewer);
    if (isRead(request)) await this.queue.shown.opened(action, reviewer);
    return document;
  }

  /** Many votes at once; each is judged by itself, an approval only of what this person was shown. */
  @ApiBody({ schema: openapiOf(BatchBody) })
  @Post('votes')
  @HttpCode(207)
  voteMany(
    @Person() reviewer: Reviewer,
    @OptionalKey() key: string | undefined,
    @Body() body: unknown,
  ): Promise<unknown> {
    return castBatch(this.votes, reviewer, body, key ?? randomUUID());
  }

  @ApiHeader({ name: 'idempotency-key', required: true, description: 'Makes a retry safe.' })
  @ApiBody({ schema: openapiOf(VoteBody) })
  @ApiResponse({ status: 201, description: 'Counted or kept.', schema: VOTE_ANSWER })
  @Post(':request_id/votes')
  @HttpCode(201)
  async vote(
    @Keyed() { reviewer, key }: KeyedCall,
    @Param('request_id') request_id: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const { repeated, ...voted } = await this.votes.cast({ request_id, reviewer, key, body, batch: null });
    if (repeated) void reply.header('idempotency-replayed', 'true');
    return voted;
  }
}
