import { randomUUID } from 'node:crypto';
import { Body, Controller, HttpCode, Inject, Param, Post, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import { CountersignError } from '@countersign/canonical';
import { Access, OptionalKey, Person } from '@countersign/service';
import type { Reviewer } from '@countersign/service';
import { z } from 'zod';
import type { Judge } from '../judge/judge.js';
import type { View } from '../judge/view.js';
import { JUDGE, VIEW } from '../tokens.js';
import { BehindInterceptor } from './behind.interceptor.js';
import { CaughtUpGuard } from './caught-up.guard.js';
import { openapiOf } from './openapi.js';
import { accepted } from './refusal.js';
import { validate } from './validate.js';

const RevokeBody = z.strictObject({ reason: z.string().max(2_000).nullish() }).nullish();

/** An admin or an approver takes a grant back before it is used. */
@Controller('v1/grants')
@Access('person')
@UseGuards(CaughtUpGuard)
@UseInterceptors(BehindInterceptor)
export class GrantsController {
  constructor(
    @Inject(JUDGE) private readonly judge: Judge,
    @Inject(VIEW) private readonly view: View,
  ) {}

  @ApiBody({ schema: openapiOf(RevokeBody), required: false })
  @Post(':grant_id/revoke')
  @HttpCode(200)
  async revoke(
    @Param('grant_id') grant_id: string,
    @Person() { tenant, issuer, subject, roles }: Reviewer,
    @OptionalKey() key: string | undefined,
    @Body() body: unknown,
  ): Promise<unknown> {
    const reason = validate(RevokeBody, body)?.reason ?? null;
    const action = this.view.grant(tenant, grant_id);
    if (action === null) throw new CountersignError('not_found', 'there is no such grant');
    const { action_id, run_id } = action.decided;
    const client_request_id = key ?? randomUUID();
    const who = { issuer, subject, roles, reason };
    const event = { tenant, action_id, run_id, client_request_id, grant_id, ...who };
    const { at, repeated } = accepted(await this.judge.ask('RevocationRequested', event));
    return { grant_id, action_id, status: 'revoked', revoked_at: new Date(at).toISOString(), repeated };
  }
}
