import { Readable } from 'node:stream';
import { Controller, Inject, Param, Post, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiConsumes, ApiHeader, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CountersignError } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import { Access, callerOf, Key, KeyHolder, MAX_ATTACHMENT_BYTES, RawBodies, RawBody } from '@countersign/service';
import type { Caller } from '@countersign/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ATTACHED_ANSWER } from './answers.js';
import type { ApprovalClient, PassedAttachment } from './approval-client.js';
import { actionIdOf, notFound } from './queries.js';
import type { Proposals } from './proposals.js';
import { APPROVAL, PROPOSALS } from './tokens.js';
import { validate } from './validate.js';

const AttachQuery = z.strictObject({ kind: z.string().max(64), name: z.string().max(1_000) });
const DECISION_WAIT_MS = 5_000;

/** Evidence that an agent attaches to its own action. Approval judges it and keeps it. */
@ApiTags('actions')
@ApiBearerAuth()
@Controller('v1/actions/:action_id/attachments')
@Access('agent')
export class AttachmentsController {
  private readonly bodies = new RawBodies({ maxBytes: MAX_ATTACHMENT_BYTES });

  constructor(
    @Inject(PROPOSALS) private readonly proposals: Proposals,
    @Inject(APPROVAL) private readonly approval: ApprovalClient,
  ) {}

  /** The body is the file, at most 10 MiB; Content-Type says what it is. */
  @ApiHeader({ name: 'idempotency-key', required: true, description: 'Makes a retry safe.' })
  @ApiQuery({ name: 'kind', description: 'What it is, as gates name it, e.g. `invoice`.' })
  @ApiQuery({ name: 'name', description: 'File name.' })
  @ApiConsumes('application/octet-stream')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiResponse({ status: 201, description: 'Attached.', schema: ATTACHED_ANSWER })
  @RawBody()
  @Post()
  async attach(
    @Param('action_id') actionId: string,
    @Key() key: string,
    @KeyHolder() { tenant, id: agent_id }: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const call = reply.request;
    const action_id = actionIdOf(actionId);
    const { kind, name } = validate(AttachQuery, call.query as JsonValue);
    const query = new URLSearchParams({ kind, name, tenant, agent_id, client_request_id: key });
    const scope = { tenant, agent_id };
    const wanted = { action_id, scope, waitMs: DECISION_WAIT_MS, until: 'decision', token: false } as const;
    if (!(await this.proposals.read(wanted))) throw notFound();
    const { repeated, ...attached } = await this.pass(action_id, query, call);
    if (repeated) void reply.header('idempotency-replayed', 'true');
    return attached;
  }

  private pass(actionId: string, query: URLSearchParams, request: FastifyRequest): Promise<PassedAttachment> {
    const { headers, body } = request;
    if (!(body instanceof Readable)) throw new CountersignError('invalid_request', 'send the file as the body');
    const type = headers['content-type'] ?? 'application/octet-stream';
    return this.bodies.use(callerOf(request), body, (bytes) => this.approval.attach(actionId, { query, type, bytes }));
  }
}
