import { Controller, Get, Inject, Param, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { CountersignError } from '@countersign/canonical';
import { Access } from '@countersign/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Evidence } from '../evidence/evidence.js';
import { sendAttachment } from '../evidence/served-attachment.js';
import type { Votes } from '../http/votes.js';
import { EVIDENCE, PAGE, VOTES } from '../tokens.js';
import { PageProblemFilter } from './page-problem.filter.js';
import type { PageSessions } from './page-sessions.js';

/** The files that the page links to, for people with a session. */
@ApiExcludeController()
@Access('session')
@Controller('page/requests/:request_id/attachments')
@UseFilters(PageProblemFilter)
export class AttachmentsPageController {
  constructor(
    @Inject(PAGE) private readonly sessions: PageSessions,
    @Inject(VOTES) private readonly votes: Votes,
    @Inject(EVIDENCE) private readonly evidence: Evidence,
  ) {}

  @Get(':attachment_id')
  async download(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param() { request_id, attachment_id }: { request_id: string; attachment_id: string },
  ): Promise<void> {
    const session = await this.sessions.session(request);
    if (session === null) throw new CountersignError('unauthenticated', 'sign in first, then open the file again');
    const { tenant } = session.reviewer;
    const attachment = this.votes.attachment(tenant, request_id, attachment_id);
    sendAttachment(reply, attachment, await this.evidence.read(tenant, attachment));
  }
}
