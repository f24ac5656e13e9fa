import { setImmediate } from 'node:timers/promises';
import { Body, Controller, Inject, Post, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiHeader, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CountersignError, idempotencyKeyOf, LIMITS, problemOf, sentBytes } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import { Access, asError, KeyHolder, LOGGER, OptionalKey, tooLarge } from '@countersign/service';
import type { Caller, Logger } from '@countersign/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ActionBody, isJsonObject } from './action-body.js';
import type { ActionDocument } from './action-document.js';
import { isDecided, refuseWithoutDiff } from './action-document.js';
import { ACTION_ANSWER, BATCH_ANSWER } from './answers.js';
import { openapiOf } from './openapi.js';
import type { Proposals } from './proposals.js';
import { PROPOSALS } from './tokens.js';

export const MAX_BATCH_ITEMS = 100;
const DECISION_WAIT_MS = 2_000;
const KEY_HEADER = '/headers/idempotency-key';

interface Answer {
  readonly status: 200 | 201 | 202;
  readonly action: ActionDocument;
}

/** The HTTP door for proposals. */
@ApiTags('actions')
@ApiBearerAuth()
@Controller('v1/actions')
@Access('agent')
export class ProposeController {
  constructor(
    @Inject(PROPOSALS) private readonly proposals: Proposals,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** One proposal, or a batch of up to 100 of them. */
  @ApiHeader({ name: 'idempotency-key', description: 'Makes a retry safe; a batch has one in each item instead.' })
  @ApiBody({ schema: openapiOf(ActionBody) })
  @ApiResponse({ status: 200, description: 'The same key and body again.', schema: ACTION_ANSWER })
  @ApiResponse({ status: 201, description: 'Decided.', schema: ACTION_ANSWER })
  @ApiResponse({ status: 202, description: 'Not decided yet, or people are asked.', schema: ACTION_ANSWER })
  @ApiResponse({ status: 207, description: 'A batch: one answer for each item.', schema: BATCH_ANSWER })
  @Post()
  async propose(
    @Body() body: JsonValue | undefined,
    @OptionalKey() key: string | undefined,
    @KeyHolder() agent: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const trace = traceOf(reply.request);
    if (Array.isArray(body)) {
      reply.code(207);
      return this.batch(body, agent, trace);
    }
    const answer = await this.one(body, { agent, key: key ?? idempotencyKeyOf(undefined, KEY_HEADER), trace });
    reply.code(answer.status).headers(headersOf(answer));
    return answer.action;
  }

  private async one(
    body: JsonValue | undefined,
    from: { agent: Caller; key: string; trace: string | undefined },
  ): Promise<Answer> {
    const { proposal, replayed } = await this.proposals.submit(
      { body, idempotency_key: from.key, via: 'http' },
      from.agent,
      from.trace,
    );
    const action = await this.proposals.awaitDecision(proposal, DECISION_WAIT_MS);
    refuseWithoutDiff(action);
    return { status: replayed ? 200 : isDecided(action) ? 201 : 202, action };
  }

  private async batch(
    items: readonly JsonValue[],
    agent: Caller,
    trace: string | undefined,
  ): Promise<{ items: unknown[] }> {
    if (items.length === 0 || items.length > MAX_BATCH_ITEMS) {
      throw new CountersignError('invalid_action', `a batch has 1 to ${MAX_BATCH_ITEMS} items`, { pointer: '' });
    }
    const answers: Promise<unknown>[] = [];
    for (const [index, item] of items.entries()) {
      if (index > 0) await setImmediate();
      answers.push(this.item(item, index, { agent, trace }));
    }
    return { items: await Promise.all(answers) };
  }

  private async item(
    item: JsonValue,
    index: number,
    from: { agent: Caller; trace: string | undefined },
  ): Promise<unknown> {
    try {
      if (!isJsonObject(item)) throw new CountersignError('invalid_action', 'an item is an object', { pointer: '' });
      const size = sentBytes(item) ?? 0;
      if (size > LIMITS.body) throw tooLarge(LIMITS.body, size);
      const { idempotency_key, ...body } = item;
      const key = idempotencyKeyOf(idempotency_key, '/idempotency_key');
      return { index, ...(await this.one(body, { ...from, key })) };
    } catch (fault) {
      const problem = problemOf(asError(fault, this.log));
      return { index, status: problem.status, problem };
    }
  }
}

// W3C Trace Context, level 1; anything else is dropped.
function traceOf({ headers: { traceparent } }: FastifyRequest): string | undefined {
  const isTrace = typeof traceparent === 'string' && /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(traceparent);
  return isTrace ? traceparent : undefined;
}

function headersOf({ status, action }: Answer): Record<string, string> {
  const headers: Record<string, string> = { location: `/v1/actions/${action.action_id}` };
  if (status === 200) headers['idempotency-replayed'] = 'true';
  if (!isDecided(action)) headers['retry-after'] = action.status === 'deciding' ? '1' : '5';
  return headers;
}
