import { Body, Controller, Headers, Inject, Param, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiTags } from '@nestjs/swagger';
import type { JsonValue } from '@countersign/canonical';
import { Access, OptionallyKeyed, role } from '@countersign/service';
import type { OptionallyKeyedCall } from '@countersign/service';
import { LabelBody } from './action-body.js';
import { findLabelled } from './find-labelled.js';
import type { LabelSources } from './find-labelled.js';
import type { Labels } from './labels.js';
import { openapiOf } from './openapi.js';
import { actionIdOf, notFound } from './queries.js';
import { LABEL_SOURCES, LABELS } from './tokens.js';
import { validate } from './validate.js';

/** What people found out about an action, possibly weeks after. */
@ApiTags('labels')
@ApiBearerAuth()
@Controller('v1/actions/:action_id/labels')
@Access(role('labeller'))
export class LabelsController {
  constructor(
    @Inject(LABELS) private readonly labels: Labels,
    @Inject(LABEL_SOURCES) private readonly sources: LabelSources,
  ) {}

  @ApiBody({ schema: openapiOf(LabelBody) })
  @Post()
  async label(
    @Param('action_id') actionId: string,
    @Body() json: JsonValue | undefined,
    @Headers('authorization') authorization: string,
    @OptionallyKeyed() { reviewer, key }: OptionallyKeyedCall,
  ): Promise<unknown> {
    const body = validate(LabelBody, json);
    const search = { action_id: actionIdOf(actionId), tenant: reviewer.tenant, authorization };
    const action = await findLabelled(search, this.sources);
    if (!action) throw notFound();
    const recorded = await this.labels.record({ body, action, reviewer, key });
    return { ...recorded, observed_at: new Date(recorded.observed_at).toISOString() };
  }
}
