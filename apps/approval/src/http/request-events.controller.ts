import { Controller, Get, Headers, Inject, Res, UseGuards } from '@nestjs/common';
import { ApiHeader, ApiProduces, ApiResponse } from '@nestjs/swagger';
import { Access, Person, sendEvents, Slots, withHeartbeat } from '@countersign/service';
import type { Reviewer } from '@countersign/service';
import type { FastifyReply } from 'fastify';
import { FEED } from '../tokens.js';
import { CaughtUpGuard } from './caught-up.guard.js';
import type { RequestFeed } from './request-feed.js';

const LIMITS = { perCaller: 20, total: 2_000 };

/** Requests of a tenant as they change. */
@Controller('v1/requests/events')
@Access('person')
@UseGuards(CaughtUpGuard)
export class RequestEventsController {
  private readonly slots = new Slots('event streams', LIMITS);

  constructor(@Inject(FEED) private readonly feed: RequestFeed) {}

  /**
   * Server-sent events: `request` with `{ request_id, status, changed }`, first each pending request with nothing in
   * `changed`, then one for each change, with the names of what changed.
   */
  @ApiHeader({ name: 'last-event-id', required: false, description: 'Id of the last event that was received.' })
  @ApiProduces('text/event-stream')
  @ApiResponse({ status: 200, description: 'The stream.', schema: { type: 'string' } })
  @Get()
  events(
    @Person() reviewer: Reviewer,
    @Headers('last-event-id') lastId: string | undefined,
    @Res() reply: FastifyReply,
  ): void {
    sendEvents(reply, (signal) => withHeartbeat(this.feed.events(reviewer, lastId, signal)), this.slots);
  }
}
