import { randomUUID } from 'node:crypto';
import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import type { FreezeState } from '@countersign/approval';
import { CountersignError, derivedId, NAME, NAME_RULE } from '@countersign/canonical';
import type { FreezeRequested } from '@countersign/events';
import { Access, labelOf, METRICS, OptionalKey, Person, role } from '@countersign/service';
import type { Reviewer } from '@countersign/service';
import type { Histogram, Registry } from 'prom-client';
import { z } from 'zod';
import type { Judge } from '../judge/judge.js';
import type { View } from '../judge/view.js';
import { timeToStop } from '../metrics.js';
import { JUDGE, VIEW } from '../tokens.js';
import { BehindInterceptor } from './behind.interceptor.js';
import { CaughtUpGuard } from './caught-up.guard.js';
import { openapiOf } from './openapi.js';
import { accepted } from './refusal.js';
import { validate } from './validate.js';

// A scope that no action can have would freeze nothing.
const typeScope = z.string().regex(NAME, `expected the name of an action type: ${NAME_RULE}`);
const FreezeBody = z.strictObject({
  agent_id: labelOf().nullish(),
  action_type: typeScope.nullish(),
  reason: z.string().max(2_000).nullish(),
});

type Call = Omit<FreezeRequested, 'client_request_id'>;

/** Kill switches. One record for each partition; answered when every partition has folded its own. */
@Controller('v1/freezes')
@Access(role('admin'))
@UseGuards(CaughtUpGuard)
@UseInterceptors(BehindInterceptor)
export class FreezesController {
  private readonly took: Histogram;

  constructor(
    @Inject(JUDGE) private readonly judge: Judge,
    @Inject(VIEW) private readonly view: View,
    @Inject(METRICS) registry: Registry,
  ) {
    this.took = timeToStop(registry);
  }

  @Access('person')
  @Get()
  list(@Person() { tenant }: Reviewer): unknown {
    return { items: this.view.freezes(tenant).map(documentOf) };
  }

  /** Without a scope the whole tenant stops. */
  @ApiBody({ schema: openapiOf(FreezeBody) })
  @Post()
  @HttpCode(201)
  async freeze(
    @Person() admin: Reviewer,
    @OptionalKey() key: string | undefined,
    @Body() body: unknown,
  ): Promise<unknown> {
    const { agent_id = null, action_type = null, reason = null } = validate(FreezeBody, body ?? {});
    const freeze_id = derivedId('frz', admin.tenant, key ?? randomUUID());
    const took_ms = await this.tellAll({ ...who(admin), freeze_id, frozen: true, agent_id, action_type, reason });
    return { freeze_id, frozen: true, agent_id, action_type, reason, took_ms };
  }

  @Delete(':freeze_id')
  remove(@Person() admin: Reviewer, @Param('freeze_id') id: string): Promise<unknown> {
    return this.lift(admin, id);
  }

  /** The same as `DELETE`, for clients that only post. */
  @Post(':freeze_id/lift')
  @HttpCode(200)
  async lift(@Person() admin: Reviewer, @Param('freeze_id') freeze_id: string): Promise<unknown> {
    const known = this.view.freezes(admin.tenant).find((freeze) => freeze.freeze_id === freeze_id);
    if (known === undefined) throw new CountersignError('not_found', 'there is no such freeze, or it was lifted');
    const { agent_id, action_type } = known;
    const took_ms = await this.tellAll({
      ...who(admin),
      freeze_id,
      frozen: false,
      agent_id,
      action_type,
      reason: null,
    });
    return { freeze_id, frozen: false, agent_id, action_type, took_ms };
  }

  /** @returns how long it took until every partition had it, milliseconds: the time to stop */
  private async tellAll(call: Call): Promise<number> {
    const startedMs = Date.now();
    const event = { ...call, client_request_id: randomUUID() };
    const told = this.judge.partitions.map(({ partition }) => this.judge.tell('FreezeRequested', event, partition));
    for (const answer of await Promise.all(told)) accepted(answer);
    const took_ms = Date.now() - startedMs;
    this.took.observe(took_ms / 1000);
    return took_ms;
  }
}

const who = ({ tenant, issuer, subject, roles }: Reviewer) => ({ tenant, issuer, subject, roles });

const documentOf = ({ freeze_id, agent_id, action_type, subject, reason, since }: FreezeState) => ({
  ...{ freeze_id, frozen: true, agent_id, action_type, frozen_by: subject, reason },
  frozen_at: new Date(since).toISOString(),
});
