import { Controller, Get, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import { UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiHeader, ApiProduces, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { Access, Keyed, Person, RawBody } from '@countersign/service';
import type { KeyedCall, Reviewer } from '@countersign/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AttachQuery } from '../evidence/evidence.js';
import type { Evidence } from '../evidence/evidence.js';
import { sendAttachment } from '../evidence/served-attachment.js';
import { EVIDENCE, VOTES } from '../tokens.js';
import { ATTACHED_ANSWER } from './answers.js';
import { BehindInterceptor } from './behind.interceptor.js';
import { CaughtUpGuard } from './caught-up.guard.js';
import { requestItem } from './request-view.js';
import { validate } from './validate.js';
import type { Votes } from './votes.js';

const BINARY = { type: 'string', format: 'binary' } as const;

/** Evidence that people attach to a request, and read. */
@Controller('v1/requests/:request_id/attachments')
@Access('person')
@UseGuards(CaughtUpGuard)
@UseInterceptors(BehindInterceptor)
export class AttachmentsController {
  constructor(
    @Inject(VOTES) private readonly votes: Votes,
    @Inject(EVIDENCE) private readonly evidence: Evidence,
  ) {}

  /** The body is the file, at most 10 MiB; Content-Type says what it is. */
  @ApiHeader({ name: 'idempotency-key', required: true, description: 'Makes a retry safe.' })
  @ApiQuery({ name: 'kind', description: 'What it is, as gates name it, e.g. `invoice`.' })
  @ApiQuery({ name: 'name', description: 'File name.' })
  @ApiConsumes('application/octet-stream')
  @ApiBody({ schema: BINARY })
  @ApiResponse({ status: 201, description: 'Attached.', schema: ATTACHED_ANSWER })
  @RawBody()
  @Post()
  @HttpCode(201)
  async attach(
    @Param('request_id') id: string,
    @Keyed() by: KeyedCall,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const { repeated, ...attached } = await this.take(id, reply.request, by);
    if (repeated) void reply.header('idempotency-replayed', 'true');
    return attached;
  }

  /** The file as it was attached, to be saved. */
  @ApiProduces('application/octet-stream')
  @ApiResponse({ status: 200, description: 'The file.', schema: BINARY })
  @Get(':attachment_id')
  async download(
    @Person() { tenant }: Reviewer,
    @Param('request_id') id: string,
    @Param('attachment_id') attachmentId: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const attachment = this.votes.attachment(tenant, id, attachmentId);
    sendAttachment(reply, attachment, await this.evidence.read(tenant, attachment));
  }

  private async take(id: string, { headers, query, body }: FastifyRequest, { reviewer, key }: KeyedCall) {
    const { issuer, subject, roles, tenant } = reviewer;
    const { attachment, repeated } = await this.evidence.attach({
      ...validate(AttachQuery, query),
      requested: this.votes.request(tenant, id),
      who: { issuer, subject, roles, as_agent: false },
      ...{ key, contentType: headers['content-type'], body },
    });
    return { attachment, request: requestItem(this.votes.request(tenant, id), reviewer), repeated };
  }
}
