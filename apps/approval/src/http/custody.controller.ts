import { Body, Controller, Get, HttpCode, Inject, Param, Post, Res, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiBody, ApiHeader } from '@nestjs/swagger';
import { BLIND_HANDS, custodyDocument, isBlind } from '@countersign/approval';
import { Access, Keyed, Person } from '@countersign/service';
import type { KeyedCall, Reviewer } from '@countersign/service';
import type { FastifyReply } from 'fastify';
import { CUSTODY, VOTES } from '../tokens.js';
import { BehindInterceptor } from './behind.interceptor.js';
import { CaughtUpGuard } from './caught-up.guard.js';
import { CommentBody, NoBody, ReasonBody, ReassignBody } from './custody.js';
import type { Custody, CustodyWish } from './custody.js';
import { openapiOf } from './openapi.js';
import { validate } from './validate.js';
import type { Votes } from './votes.js';

/** A call as it comes in, and the reply whose headers say whether it is a repetition. */
interface Call {
  readonly by: KeyedCall;
  readonly id: string;
  readonly reply: FastifyReply;
}

const KEY = { name: 'idempotency-key', required: true, description: 'Makes a retry safe.' } as const;

/** In whose hands a request is, and everything that happened to it. */
@Controller('v1/requests/:request_id')
@Access('person')
@UseGuards(CaughtUpGuard)
@UseInterceptors(BehindInterceptor)
export class CustodyController {
  constructor(
    @Inject(VOTES) private readonly votes: Votes,
    @Inject(CUSTODY) private readonly custody: Custody,
  ) {}

  /** The chain of custody, in the order of its times. */
  @Get('custody')
  read(@Person() reviewer: Reviewer, @Param('request_id') id: string): unknown {
    const { action, request } = this.votes.request(reviewer.tenant, id);
    const document = custodyDocument(action, request);
    return isBlind(action, request, reviewer)
      ? { ...document, ...BLIND_HANDS, refusals: {}, facts: [], blind: true }
      : document;
  }

  /** Says that this person looks at it: others see it, and may still vote. Repeated, it renews. */
  @ApiHeader(KEY)
  @ApiBody({ schema: openapiOf(NoBody), required: false })
  @Post('claim')
  @HttpCode(200)
  async claim(
    @Keyed() by: KeyedCall,
    @Param('request_id') id: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    validate(NoBody, body);
    return this.ask({ by, id, reply }, { verb: 'claim' });
  }

  /** Gives a claim back before it lapses. */
  @ApiHeader(KEY)
  @ApiBody({ schema: openapiOf(NoBody), required: false })
  @Post('release-claim')
  @HttpCode(200)
  async releaseClaim(
    @Keyed() by: KeyedCall,
    @Param('request_id') id: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    validate(NoBody, body);
    return this.ask({ by, id, reply }, { verb: 'release' });
  }

  /** Hands the request to another person: by its assignee, or an admin. */
  @ApiHeader(KEY)
  @ApiBody({ schema: openapiOf(ReassignBody) })
  @Post('reassign')
  @HttpCode(200)
  async reassign(
    @Keyed() by: KeyedCall,
    @Param('request_id') id: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.ask({ by, id, reply }, { verb: 'reassign', ...validate(ReassignBody, body) });
  }

  /** Steps aside: this person may no longer vote on it or be assigned. */
  @ApiHeader(KEY)
  @ApiBody({ schema: openapiOf(ReasonBody) })
  @Post('recuse')
  @HttpCode(200)
  async recuse(
    @Keyed() by: KeyedCall,
    @Param('request_id') id: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.ask({ by, id, reply }, { verb: 'recuse', ...validate(ReasonBody, body) });
  }

  /** Lets the roles of escalation vote too, now. */
  @ApiHeader(KEY)
  @ApiBody({ schema: openapiOf(ReasonBody) })
  @Post('escalate')
  @HttpCode(200)
  async escalate(
    @Keyed() by: KeyedCall,
    @Param('request_id') id: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.ask({ by, id, reply }, { verb: 'escalate', ...validate(ReasonBody, body) });
  }

  /** Says something about the request, for everybody who reads it. */
  @ApiHeader(KEY)
  @ApiBody({ schema: openapiOf(CommentBody) })
  @Post('comments')
  @HttpCode(201)
  async comment(
    @Keyed() by: KeyedCall,
    @Param('request_id') id: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    return this.ask({ by, id, reply }, { verb: 'comment', ...validate(CommentBody, body) });
  }

  private async ask({ by: { reviewer, key }, id: request_id, reply }: Call, wish: CustodyWish): Promise<unknown> {
    const { request, repeated } = await this.custody.ask({ request_id, reviewer, key, wish });
    if (repeated) void reply.header('idempotency-replayed', 'true');
    return { request };
  }
}
