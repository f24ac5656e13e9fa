import { Body, Controller, HttpCode, Inject, Param, Post, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiBody, ApiHeader } from '@nestjs/swagger';
import { Access, Keyed } from '@countersign/service';
import type { KeyedCall } from '@countersign/service';
import { BREAK_GLASS } from '../tokens.js';
import { BehindInterceptor } from './behind.interceptor.js';
import { GlassBody } from './break-glass.js';
import type { BreakGlass } from './break-glass.js';
import { CaughtUpGuard } from './caught-up.guard.js';
import { openapiOf } from './openapi.js';
import { validate } from './validate.js';

/** In an emergency one authorised person lets a waiting action go; somebody else looks at it afterwards. */
@Controller('v1/requests')
@Access('person')
@UseGuards(CaughtUpGuard)
@UseInterceptors(BehindInterceptor)
export class BreakGlassController {
  constructor(@Inject(BREAK_GLASS) private readonly glass: BreakGlass) {}

  /** Ends the request as approved without its quorum, and opens a review of that. */
  @ApiHeader({ name: 'idempotency-key', required: true, description: 'Makes a retry safe.' })
  @ApiBody({ schema: openapiOf(GlassBody) })
  @Post(':request_id/break-glass')
  @HttpCode(201)
  async breakGlass(
    @Keyed() { reviewer, key }: KeyedCall,
    @Param('request_id') request_id: string,
    @Body() body: unknown,
  ): Promise<unknown> {
    return this.glass.ask({ request_id, reviewer, key, body: validate(GlassBody, body) });
  }
}
