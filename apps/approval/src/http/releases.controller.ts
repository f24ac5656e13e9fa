import { randomUUID } from 'node:crypto';
import { Body, Controller, HttpCode, Inject, Param, Post, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import { Access, OptionalKey, Person } from '@countersign/service';
import type { Reviewer } from '@countersign/service';
import { RELEASES } from '../tokens.js';
import { BehindInterceptor } from './behind.interceptor.js';
import { CaughtUpGuard } from './caught-up.guard.js';
import { openapiOf } from './openapi.js';
import { RecallBody, ReleaseBody } from './releases.js';
import type { ReleaseCall, Releases } from './releases.js';
import { validate } from './validate.js';

interface Asking {
  readonly reviewer: Reviewer;
  readonly key: string | undefined;
}

/** The release queue: approved actions that are held leave it by a person, by their time, or not at all. */
@Controller('v1/requests')
@Access('person')
@UseGuards(CaughtUpGuard)
@UseInterceptors(BehindInterceptor)
export class ReleasesController {
  constructor(@Inject(RELEASES) private readonly releases: Releases) {}

  /** Lets a held action go, at once or at `release_at`. */
  @ApiBody({ schema: openapiOf(ReleaseBody), required: false })
  @Post(':request_id/release')
  @HttpCode(200)
  release(
    @Person() reviewer: Reviewer,
    @OptionalKey() key: string | undefined,
    @Param('request_id') id: string,
    @Body() body: unknown,
  ): Promise<unknown> {
    const asked = validate(ReleaseBody, body);
    const release_at = asked?.release_at ? Date.parse(asked.release_at) : null;
    return this.ask({ reviewer, key }, id, { recall: false, release_at, reason: asked?.reason ?? null });
  }

  /** Takes an approved action back until its grant is used. */
  @ApiBody({ schema: openapiOf(RecallBody), required: false })
  @Post(':request_id/recall')
  @HttpCode(200)
  recall(
    @Person() reviewer: Reviewer,
    @OptionalKey() key: string | undefined,
    @Param('request_id') id: string,
    @Body() body: unknown,
  ): Promise<unknown> {
    const asked = validate(RecallBody, body);
    return this.ask({ reviewer, key }, id, { recall: true, release_at: null, reason: asked?.reason ?? null });
  }

  private ask({ reviewer, key }: Asking, request_id: string, wish: ReleaseCall['wish']): Promise<unknown> {
    return this.releases.ask({ request_id, reviewer, key: key ?? randomUUID(), wish });
  }
}
