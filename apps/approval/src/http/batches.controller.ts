import { Controller, Get, Inject, Param, Req, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { Access, isRead, OpensPacket, Person } from '@countersign/service';
import type { Reviewer } from '@countersign/service';
import type { FastifyRequest } from 'fastify';
import { BATCHES } from '../tokens.js';
import { BATCH_ANSWER, BATCHES_ANSWER } from './answers.js';
import type { Batches } from './batches.js';
import { BehindInterceptor } from './behind.interceptor.js';
import { CaughtUpGuard } from './caught-up.guard.js';

/** Requests that may be decided together. Votes go to `POST /v1/requests/votes`. */
@Controller('v1/requests/batches')
@Access('person')
@UseGuards(CaughtUpGuard)
@UseInterceptors(BehindInterceptor)
export class BatchesController {
  constructor(@Inject(BATCHES) private readonly batches: Batches) {}

  @ApiResponse({ status: 200, description: 'What this person may decide together.', schema: BATCHES_ANSWER })
  @Get()
  list(@Person() reviewer: Reviewer): unknown {
    return { items: this.batches.list(reviewer) };
  }

  /** Reading the rows is noted: an approval that names this batch is of what was shown. */
  @ApiResponse({ status: 200, description: 'With a row for each request.', schema: BATCH_ANSWER })
  @OpensPacket()
  @Get(':batch')
  read(@Person() reviewer: Reviewer, @Param('batch') id: string, @Req() request: FastifyRequest): Promise<unknown> {
    return this.batches.open(reviewer, id, isRead(request));
  }
}
