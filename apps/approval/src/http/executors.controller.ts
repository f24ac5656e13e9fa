import { Body, Controller, Get, Header, HttpCode, Inject, Post, UseGuards } from '@nestjs/common';
import { ApiBody, ApiResponse } from '@nestjs/swagger';
import { CountersignError, digestOf } from '@countersign/canonical';
import type { RedactionKeys } from '@countersign/canonical';
import type { RedemptionRequested } from '@countersign/events';
import { Access, KeyHolder } from '@countersign/service';
import type { Caller } from '@countersign/service';
import type { TokenClaims } from '@countersign/token';
import { z } from 'zod';
import type { Judge } from '../judge/judge.js';
import type { View } from '../judge/view.js';
import { APPROVAL_TOKENS, JUDGE, REDACTION_KEYS, VIEW } from '../tokens.js';
import { REDEEM_ANSWER } from './answers.js';
import type { ApprovalTokens } from './approval-tokens.js';
import { CaughtUpGuard } from './caught-up.guard.js';
import { openapiOf } from './openapi.js';
import { accepted } from './refusal.js';
import { seenPreconditions } from './seen-preconditions.js';
import { jsonValue, validate } from './validate.js';

const RedeemBody = z.strictObject({
  token: z.string(),
  action_digest: z.string().max(200),
  diff_digest: z.string().max(200).nullish(),
  environment: z.string().max(50),
  preconditions: z.record(z.string(), jsonValue).nullish(),
  request_id: z.string().min(1).max(255),
});
type RedeemBody = z.infer<typeof RedeemBody>;

/** What executors call: the keys to verify tokens by, and the redemption. */
@Controller()
export class ExecutorsController {
  constructor(
    @Inject(JUDGE) private readonly judge: Judge,
    @Inject(VIEW) private readonly view: View,
    @Inject(APPROVAL_TOKENS) private readonly tokens: ApprovalTokens,
    @Inject(REDACTION_KEYS) private readonly redactionKeys: RedactionKeys,
  ) {}

  @Access('anybody')
  @Get('.well-known/jwks.json')
  @Header('cache-control', 'public, max-age=60')
  jwks(): Promise<unknown> {
    return this.tokens.publicKeys();
  }

  /** Consumes a grant. The door checks what needs no log; everything else is judged in the log, in one order. */
  @ApiBody({ schema: openapiOf(RedeemBody) })
  @ApiResponse({ status: 200, description: 'Consumed, now or by the same call before.', schema: REDEEM_ANSWER })
  @Access('agent', 'executor')
  @Post('v1/grants/redeem')
  @HttpCode(200)
  @UseGuards(CaughtUpGuard)
  async redeem(@KeyHolder() caller: Caller, @Body() body: unknown): Promise<unknown> {
    const wanted = validate(RedeemBody, body);
    const claims = await this.tokens.check(wanted.token);
    checkAudience(caller, claims);
    checkEnvironment(caller, claims, wanted);
    const event = this.redemption(caller, claims, wanted);
    const { at, repeated } = accepted(await this.judge.ask('RedemptionRequested', event));
    const { grant_id, action_id } = event;
    return {
      result: 'ok',
      grant_id,
      action_id,
      executor: caller.id,
      redeemed_at: new Date(at).toISOString(),
      repeated,
    };
  }

  private redemption(caller: Caller, claims: TokenClaims, wanted: RedeemBody): RedemptionRequested {
    const { tenant, jti: grant_id, exp } = claims;
    const [{ action_id, diff_digest: approved = null }] = claims.authorization_details;
    const { action_digest, environment, request_id } = wanted;
    const action = this.view.action(tenant, action_id);
    const preconditions = seenPreconditions(wanted.preconditions ?? null, action, this.redactionKeys);
    const stated = wanted.diff_digest ? { diff_digest: wanted.diff_digest } : {};
    const body = { grant_id, executor: [caller.kind, caller.id], action_digest, environment, preconditions, ...stated };
    return {
      ...{ tenant, action_id, run_id: action?.decided.run_id ?? '', grant_id },
      ...{ client_request_id: request_id, body_hash: digestOf(body), executor_id: caller.id },
      ...{
        action_digest,
        environment,
        preconditions,
        token_expires_at: exp * 1000,
        diff_digest: wanted.diff_digest ?? approved,
      },
    };
  }
}

/** Executors of the token's audience and the agent that proposed may redeem; nobody of another tenant. */
function checkAudience(caller: Caller, { tenant, aud, sub }: TokenClaims): void {
  const isMeant = caller.kind === 'agent' ? caller.id === sub : caller.audiences.includes(aud);
  if (caller.tenant === tenant && isMeant) return;
  throw new CountersignError('wrong_audience', 'the token is meant for another executor or agent', {
    reason: 'wrong_audience',
  });
}

function checkEnvironment(caller: Caller, { env }: TokenClaims, { environment }: RedeemBody): void {
  if (environment === env && caller.environments.includes(env)) return;
  throw new CountersignError('wrong_environment', 'the token releases the action in its own environment only', {
    reason: 'wrong_environment',
  });
}
