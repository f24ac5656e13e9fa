import { Controller, Get, Headers, Inject, Param, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Access, sendEvents, Slots, Who } from '@countersign/service';
import type { Principal } from '@countersign/service';
import type { FastifyReply } from 'fastify';
import { actionEvents, hasNothingNew } from './action-events.js';
import type { Proposals } from './proposals.js';
import { actionIdOf, notFound } from './queries.js';
import { scopeOf } from './scope.js';
import { PROPOSALS } from './tokens.js';

const LIMITS = { perCaller: 100, total: 2_000 };

/** An action as it changes. */
@ApiTags('actions')
@ApiBearerAuth()
@Controller('v1/actions/:action_id/events')
@Access('agent', 'person')
export class EventsController {
  private readonly slots = new Slots('event streams', LIMITS);

  constructor(@Inject(PROPOSALS) private readonly proposals: Proposals) {}

  /**
   * Server-sent events: `action` with the document as `data`, first as it is, then at each change. Ends after a terminal
   * state was sent.
   */
  @ApiHeader({ name: 'last-event-id', required: false, description: 'Id of the last event that was received.' })
  @ApiProduces('text/event-stream')
  @ApiResponse({ status: 200, description: 'The stream.', schema: { type: 'string' } })
  @ApiResponse({ status: 204, description: 'The terminal state was received before; there is nothing to come.' })
  @Get()
  async events(
    @Param('action_id') actionId: string,
    @Headers('last-event-id') lastId: string | undefined,
    @Who() principal: Principal,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const token = principal.kind === 'key';
    const watch = { action_id: actionIdOf(actionId), scope: scopeOf(principal), token };
    const first = await this.proposals.readVersion({ ...watch, waitMs: 0, until: 'decision' });
    if (first === null) throw notFound();
    if (hasNothingNew(first, lastId)) return void reply.code(204).send();
    sendEvents(reply, (signal) => actionEvents(this.proposals, { ...watch, lastId, signal }), this.slots);
  }
}
