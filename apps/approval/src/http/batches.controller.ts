import { Controller, Get, Headers, Inject, Param, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { ReviewerAuth } from '@countersign/service';
import { BATCHES, REVIEWERS } from '../tokens.js';
import { BATCH_ANSWER, BATCHES_ANSWER } from './answers.js';
import type { Batches } from './batches.js';
import { BehindInterceptor } from './behind.interceptor.js';
import { CaughtUpGuard } from './caught-up.guard.js';

/** Requests that may be decided together. Votes go to `POST /v1/requests/votes`. */
@Controller('v1/requests/batches')
@UseGuards(CaughtUpGuard)
@UseInterceptors(BehindInterceptor)
export class BatchesController {
  constructor(
    @Inject(REVIEWERS) private readonly reviewers: ReviewerAuth,
    @Inject(BATCHES) private readonly batches: Batches,
  ) {}

  @ApiResponse({ status: 200, description: 'What this person may decide together.', schema: BATCHES_ANSWER })
  @Get()
  async list(@Headers('authorization') authorization: string | undefined): Promise<unknown> {
    return { items: this.batches.list(await this.reviewers.authenticateReader(authorization)) };
  }

  /** Reading the rows is noted: an approval that names this batch is of what was shown. */
  @ApiResponse({ status: 200, description: 'With a row for each request.', schema: BATCH_ANSWER })
  @Get(':batch')
  async read(
    @Headers('authorization') authorization: string | undefined,
    @Param('batch') id: string,
  ): Promise<unknown> {
    return this.batches.open(await this.reviewers.authenticateReader(authorization), id);
  }
}
