import { Body, Controller, HttpCode, Inject, Post, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Access } from '@countersign/service';
import { z } from 'zod';
import type { View } from '../judge/view.js';
import { VIEW } from '../tokens.js';
import { CaughtUpGuard } from './caught-up.guard.js';
import { validate } from './validate.js';

const MAX_ACTIONS = 1_000;
const KnownBody = z.strictObject({
  actions: z.array(z.strictObject({ tenant: z.string(), action_id: z.string() })).max(MAX_ACTIONS),
});

/** Whether proposals are known already, many in one call: intake asks this of every proposal. */
@ApiExcludeController()
@Controller('internal/known')
@Access('service')
@UseGuards(CaughtUpGuard)
export class KnownController {
  constructor(@Inject(VIEW) private readonly view: View) {}

  /** @returns the body hash of each action in the order of the question, null for an unknown one */
  @Post()
  @HttpCode(200)
  known(@Body() body: unknown): { body_hashes: (string | null)[] } {
    const { actions } = validate(KnownBody, body);
    return { body_hashes: actions.map(({ tenant, action_id }) => this.bodyHash(tenant, action_id)) };
  }

  private bodyHash(tenant: string, actionId: string): string | null {
    const decided = this.view.action(tenant, actionId)?.decided;
    return (decided ?? this.view.deciding(tenant, actionId))?.body_hash ?? null;
  }
}
