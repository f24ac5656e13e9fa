import { Body, Controller, Get, Inject, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { digestOf } from '@countersign/canonical';
import { Access, isRead, OpensPacket } from '@countersign/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { castBatch } from '../http/batch-votes.js';
import type { Batches } from '../http/batches.js';
import type { Votes } from '../http/votes.js';
import { BATCHES, PAGE, VOTES } from '../tokens.js';
import { batchPage, batchResultPage, rowResult } from './batch-page.js';
import { show } from './layout.js';
import { welcome } from './page.controller.js';
import { PageProblemFilter } from './page-problem.filter.js';
import type { Form, PageSessions } from './page-sessions.js';
import { visitorOf } from './views.js';

/** Requests read side by side, and one form for all of them. */
@ApiExcludeController()
@Access('session')
@Controller('page/batches')
@UseFilters(PageProblemFilter)
export class BatchPageController {
  constructor(
    @Inject(PAGE) private readonly sessions: PageSessions,
    @Inject(VOTES) private readonly votes: Votes,
    @Inject(BATCHES) private readonly batches: Batches,
  ) {}

  @OpensPacket()
  @Get(':batch')
  async read(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('batch') id: string): Promise<void> {
    const session = await this.sessions.session(request);
    if (session === null) return show(reply, welcome());
    const batch = await this.batches.open(session.reviewer, id, isRead(request));
    await this.sessions.keepAlive(session, reply);
    show(reply, batchPage(visitorOf(session), batch));
  }

  @Post(':batch/votes')
  async vote(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('batch') batch: string,
    @Body() form: Form,
  ): Promise<void> {
    const session = await this.sessions.signedIn(request, form);
    const { csrf: _, vote, reason, ...ticked } = form;
    const own = { vote, reason: reason?.trim() || null };
    const votes = Object.entries(ticked).map(([request_id, packet_digest]) => ({ request_id, packet_digest, ...own }));
    const body = { batch, votes };
    // The same form sent twice is one call.
    const { items } = await castBatch(this.votes, session.reviewer, body, `page|${digestOf(body as never)}`);
    show(
      reply,
      batchResultPage(
        visitorOf(session),
        items.map((item) => rowResult(item as never)),
      ),
    );
  }
}
