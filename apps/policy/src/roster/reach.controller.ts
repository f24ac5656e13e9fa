import { Controller, Get, Headers, Inject } from '@nestjs/common';
import type { ReviewerAuth } from '@countersign/service';
import { REACH, REVIEWERS } from '../tokens.js';
import type { Unreachable } from './reach.js';
import type { ReachWatch } from './reach-watch.js';

/** Which gates of the active policies nobody on the roster can open. */
@Controller('v1/policies/reach')
export class ReachController {
  constructor(
    @Inject(REACH) private readonly reach: ReachWatch | null,
    @Inject(REVIEWERS) private readonly reviewers: ReviewerAuth,
  ) {}

  @Get()
  async read(@Headers('authorization') authorization?: string): Promise<{ unreachable: Unreachable[] }> {
    const { tenant } = await this.reviewers.authenticate(authorization);
    return { unreachable: this.reach?.of(tenant) ?? [] };
  }
}
