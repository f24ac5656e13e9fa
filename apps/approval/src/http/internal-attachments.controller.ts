import { Body, Controller, Headers, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { actionDocument } from '@countersign/approval';
import { CountersignError } from '@countersign/canonical';
import { Access, RawBody } from '@countersign/service';
import { z } from 'zod';
import { AttachQuery } from '../evidence/evidence.js';
import type { Evidence } from '../evidence/evidence.js';
import { requestedOf } from '../judge/requested.js';
import type { Requested } from '../judge/requested.js';
import type { View } from '../judge/view.js';
import { EVIDENCE, VIEW } from '../tokens.js';
import { BehindInterceptor } from './behind.interceptor.js';
import { CaughtUpGuard } from './caught-up.guard.js';
import { validate } from './validate.js';

const id = z.string().min(1).max(300);
const AgentQuery = AttachQuery.extend({ tenant: id, agent_id: id, client_request_id: id });

/** Evidence that agents attach, handed on by intake. */
@ApiExcludeController()
@Controller('internal/actions/:action_id/attachments')
@Access('service')
@UseGuards(CaughtUpGuard)
@UseInterceptors(BehindInterceptor)
export class InternalAttachmentsController {
  constructor(
    @Inject(VIEW) private readonly view: View,
    @Inject(EVIDENCE) private readonly evidence: Evidence,
  ) {}

  @RawBody()
  @Post()
  @HttpCode(201)
  async attach(
    @Param('action_id') actionId: string,
    @Query() query: unknown,
    @Headers('content-type') contentType: string | undefined,
    @Body() body: unknown,
  ): Promise<unknown> {
    const { tenant, agent_id, client_request_id: key, ...what } = validate(AgentQuery, query);
    const requested = this.requested(tenant, actionId, agent_id);
    const who = { issuer: null, subject: agent_id, roles: [], as_agent: true };
    const { attachment, repeated } = await this.evidence.attach({ ...what, requested, who, key, contentType, body });
    return { attachment, repeated, action: actionDocument(requested.action) };
  }

  /** @throws CountersignError `not_found`; `overloaded` before the decision; `already_terminal` where nobody is asked */
  private requested(tenant: string, actionId: string, agentId: string): Requested {
    const action = this.view.action(tenant, actionId);
    if (action === null && this.view.deciding(tenant, actionId)?.agent_id === agentId)
      throw new CountersignError('overloaded', 'the action is not decided yet; try again', { retry_after: 2 });
    if (action === null || action.decided.agent_id !== agentId)
      throw new CountersignError('not_found', 'there is no such action');
    if (action.request !== null) return requestedOf(action, action.request);
    throw new CountersignError('already_terminal', 'nobody is asked about this action, so it takes no evidence');
  }
}
