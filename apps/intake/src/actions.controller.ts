import { randomUUID } from 'node:crypto';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { JsonValue } from '@countersign/canonical';
import { Access, callerGone, callerOf, KeyHolder, OptionalKey, Slots, Who } from '@countersign/service';
import type { Caller, Principal } from '@countersign/service';
import type { FastifyReply } from 'fastify';
import { CancelBody, OutcomeBody } from './action-body.js';
import { ACTION_ANSWER, ACTIONS_ANSWER } from './answers.js';
import type { ActionDocument } from './action-document.js';
import type { ApprovalClient } from './approval-client.js';
import { cancelAction } from './cancel-action.js';
import { listActions } from './list-actions.js';
import { outcomeRequest } from './outcome-request.js';
import { openapiOf } from './openapi.js';
import { actionIdOf, listQueryOf, notFound, readQueryOf } from './queries.js';
import type { Proposals } from './proposals.js';
import { scopeOf } from './scope.js';
import { APPROVAL, PROPOSALS } from './tokens.js';
import { validate } from './validate.js';

const WAITS = { perCaller: 500, total: 4_000 };

/** What agents ask about their actions; people may read those of their tenant. */
@ApiTags('actions')
@ApiBearerAuth()
@Controller('v1/actions')
@Access('agent', 'person')
export class ActionsController {
  private readonly waits = new Slots('waiting calls', WAITS);

  constructor(
    @Inject(PROPOSALS) private readonly proposals: Proposals,
    @Inject(APPROVAL) private readonly approval: ApprovalClient,
  ) {}

  @ApiResponse({ status: 200, description: 'One page.', schema: ACTIONS_ANSWER })
  @Get()
  list(@Query() query: Record<string, unknown>, @Who() principal: Principal): Promise<unknown> {
    return listActions(listQueryOf(query), scopeOf(principal), { proposals: this.proposals, approval: this.approval });
  }

  /** Waits up to `wait` for the action to be terminal, or with `for=decision` to be decided. */
  @ApiQuery({ name: 'wait', required: false, description: '0s to 60s' })
  @ApiQuery({ name: 'for', required: false, enum: ['decision', 'terminal'] })
  @ApiResponse({ status: 200, description: 'The action as it is.', schema: ACTION_ANSWER })
  @Get(':action_id')
  async read(
    @Param('action_id') actionId: string,
    @Query() query: Record<string, unknown>,
    @Who() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ActionDocument> {
    const { waitMs, until } = readQueryOf(query);
    const token = principal.kind === 'key';
    const signal = callerGone(reply);
    const scope = scopeOf(principal);
    const read = { action_id: actionIdOf(actionId), scope, waitMs, until, token, signal };
    const done = waitMs > 0 ? this.waits.take(callerOf(reply.request)) : () => undefined;
    const found = await this.proposals.read(read).finally(done);
    if (!found) throw notFound();
    return found;
  }

  @ApiBody({ schema: openapiOf(CancelBody), required: false })
  @ApiResponse({ status: 200, description: 'Cancelled.', schema: ACTION_ANSWER })
  @Access('agent')
  @Post(':action_id/cancel')
  @HttpCode(200)
  async cancel(
    @Param('action_id') actionId: string,
    @Body() body: JsonValue | undefined,
    @OptionalKey() key: string | undefined,
    @KeyHolder() agent: Caller,
  ): Promise<unknown> {
    const { reason } = validate(CancelBody, body ?? {});
    const target = { action_id: actionIdOf(actionId), agent, reason: reason ?? null, key };
    return cancelAction(target, { proposals: this.proposals, approval: this.approval });
  }

  @ApiBody({ schema: openapiOf(OutcomeBody) })
  @ApiResponse({ status: 201, description: 'Recorded.', schema: ACTION_ANSWER })
  @Access('agent', 'executor')
  @Post(':action_id/outcome')
  async outcome(
    @Param('action_id') actionId: string,
    @Body() body: JsonValue | undefined,
    @OptionalKey() key: string | undefined,
    @KeyHolder() reporter: Caller,
  ): Promise<unknown> {
    const action_id = actionIdOf(actionId);
    const report = validate(OutcomeBody, body);
    const { tenant, kind, id } = reporter;
    // Whether an executor is the one that redeemed is judged in the log.
    const scope = { tenant, agent_id: kind === 'agent' ? id : null };
    const action = await this.proposals.read({ action_id, scope, waitMs: 0, until: 'decision', token: false });
    if (!action) throw notFound();
    const source = { tenant, reporter, action_id, key: key ?? randomUUID(), submitted_at: action['submitted_at'] };
    const request = outcomeRequest(report, { ...source, nowMs: Date.now() });
    return this.approval.fileOutcome(action_id, request);
  }
}
