import {
  Body,
  Controller,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Res,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { actionDocument, blinded, decidingDocument, foreseeOutcome } from '@countersign/approval';
import type { ActionState, Json } from '@countersign/approval';
import { asWritten, canonicalize, CountersignError, digestOf } from '@countersign/canonical';
import type { ActionProposed } from '@countersign/events';
import { Access, callerGone } from '@countersign/service';
import type { FastifyReply } from 'fastify';
import type { Judge } from '../judge/judge.js';
import { statsOf } from '../judge/stats.js';
import type { View } from '../judge/view.js';
import { APPROVAL_TOKENS, JUDGE, VIEW } from '../tokens.js';
import { listActions } from './action-reads.js';
import type { ApprovalTokens } from './approval-tokens.js';
import { BehindInterceptor } from './behind.interceptor.js';
import { CaughtUpGuard } from './caught-up.guard.js';
import { CancelBody, ListQuery, OutcomeBody, ReadQuery } from './internal-bodies.js';
import { accepted } from './refusal.js';
import { validate } from './validate.js';

/** How long an action that nobody here has heard of may still turn up, milliseconds. */
const UNKNOWN_GRACE_MS = 500;

/** Version of the document of an action that is not decided. */
const DECIDING = 'deciding';

const notFound = (): CountersignError => new CountersignError('not_found', 'there is no such action');

/** What intake asks. */
@ApiExcludeController()
@Controller('internal')
@Access('service')
@UseGuards(CaughtUpGuard)
@UseInterceptors(BehindInterceptor)
export class InternalController implements OnModuleDestroy {
  constructor(
    @Inject(JUDGE) private readonly judge: Judge,
    @Inject(VIEW) private readonly view: View,
    @Inject(APPROVAL_TOKENS) private readonly tokens: ApprovalTokens,
  ) {}

  /** Before the server waits for calls under way. */
  onModuleDestroy(): void {
    this.judge.watchers.close();
  }

  /** Waits until the action is decided or terminal, then answers it as it is. */
  @Get('actions/:action_id')
  async read(
    @Param('action_id') actionId: string,
    @Query() query: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const wanted = validate(ReadQuery, query);
    const action = await this.settled(actionId, wanted, callerGone(reply));
    if (action !== null) return this.answer(action, wanted);
    const deciding = this.deciding(actionId, wanted);
    if (deciding === null) throw notFound();
    const { body_hash, agent_id } = deciding;
    return { body_hash, agent_id, terminal_at: null, document: decidingDocument(deciding), version: DECIDING };
  }

  @Get('actions')
  async list(@Query() query: unknown): Promise<unknown> {
    const page = listActions(this.view, validate(ListQuery, query));
    await Promise.all(page.items.map(({ action_id }) => this.judge.unpublished.published(String(action_id))));
    return page;
  }

  @Post('actions/:action_id/cancel')
  @HttpCode(200)
  async cancel(@Param('action_id') action_id: string, @Body() body: unknown): Promise<Json> {
    const { tenant, agent_id, client_request_id, reason } = validate(CancelBody, body);
    const { run_id } = this.known(tenant, action_id).decided;
    const event = { tenant, action_id, run_id, client_request_id, agent_id, reason: reason ?? null };
    accepted(await this.judge.ask('CancelRequested', event));
    return actionDocument(this.known(tenant, action_id));
  }

  @Post('actions/:action_id/outcome')
  @HttpCode(201)
  async outcome(@Param('action_id') action_id: string, @Body() body: unknown): Promise<Json> {
    const { tenant, result, post_checks, occurred_at, ...report } = validate(OutcomeBody, body);
    const action = this.known(tenant, action_id);
    const { run_id } = action.decided;
    const texts = { result: textOf(result), post_checks: textOf(post_checks), occurred_at: occurred_at ?? null };
    const filed = { tenant, action_id, run_id, ...report, ...texts };
    const refusal = foreseeOutcome(action, filed);
    if (refusal !== null) accepted({ ...refusal, at: 0, repeated: false });
    accepted(await this.judge.ask('OutcomeFiled', filed));
    return actionDocument(this.known(tenant, action_id));
  }

  @Get('stats')
  stats(): unknown {
    return statsOf(this.judge);
  }

  private known(tenant: string, actionId: string): ActionState {
    const action = this.view.action(tenant, actionId);
    if (action !== null) return action;
    if (this.view.deciding(tenant, actionId) === null) throw notFound();
    throw new CountersignError('overloaded', 'the action is not decided yet; try again', { retry_after: 2 });
  }

  private async answer(action: ActionState, wanted: ReadQuery): Promise<unknown> {
    await this.judge.unpublished.published(action.decided.action_id);
    const withToken = wanted.token === '1' && wanted.agent_id !== undefined;
    const token = withToken ? await this.tokens.mint(action, Date.now()) : null;
    const { body_hash, agent_id } = action.decided;
    const terminal_at = action.resolution === null ? null : new Date(action.resolution.resolved_at).toISOString();
    const whole = actionDocument(action, token);
    const shown = wanted.blind === undefined ? whole : blinded(action, whole);
    const document = { ...shown, ...this.view.linksTo(action) };
    return { body_hash, agent_id, terminal_at, document, version: versionOf(action) };
  }

  /**
   * The decided action once it is as far as wanted, or as it is when the time is up; null while it is undecided. One of
   * another agent is waited for as one that nobody has heard of, so that the time of the answer tells them not apart.
   */
  private async settled(actionId: string, wanted: ReadQuery, gone: AbortSignal): Promise<ActionState | null> {
    const [sinceMs, { wait_ms }] = [Date.now(), wanted];
    for (;;) {
      const action = this.decided(actionId, wanted);
      if (action !== null && isEnough(action, wanted)) return action;
      const isKnown = action !== null || this.deciding(actionId, wanted) !== null;
      if (action === null && isKnown && wanted.for === 'change' && wanted.seen !== DECIDING) return null;
      const leftMs = sinceMs + (isKnown ? wait_ms : Math.min(wait_ms, UNKNOWN_GRACE_MS)) - Date.now();
      if (leftMs <= 0 || gone.aborted || this.judge.watchers.closed) return action;
      await this.judge.watchers.change(actionId, leftMs, gone);
    }
  }

  private decided(actionId: string, { tenant, agent_id }: ReadQuery): ActionState | null {
    const action = this.view.action(tenant, actionId);
    return agent_id === undefined || action?.decided.agent_id === agent_id ? action : null;
  }

  private deciding(actionId: string, { tenant, agent_id }: ReadQuery): ActionProposed | null {
    const action = this.view.deciding(tenant, actionId);
    return agent_id === undefined || action?.agent_id === agent_id ? action : null;
  }
}

/** Names a state of the document, without its token, which is another at each read. */
const versionOf = (action: ActionState): string =>
  digestOf(actionDocument(action, null, asWritten)).slice('sha256:'.length);

function isEnough(action: ActionState, wanted: ReadQuery): boolean {
  if (wanted.for === 'change') return versionOf(action) !== wanted.seen;
  return wanted.for === 'decision' || action.resolution !== null;
}

const textOf = (value: unknown): string | null => (value === undefined || value === null ? null : canonicalize(value));
