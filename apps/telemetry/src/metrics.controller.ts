import { Controller, Get, Inject, Query as QueryString } from '@nestjs/common';
import { ApiBearerAuth, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CountersignError, ENVIRONMENTS } from '@countersign/canonical';
import type { Engine } from '@countersign/clickhouse';
import { Access, isAdmin, Person } from '@countersign/service';
import type { Reviewer } from '@countersign/service';
import { METRICS_ANSWER } from './answers.js';
import { askMetrics, DIMENSIONS } from './metrics-query.js';
import type { Dimension, MetricsAnswer } from './metrics-query.js';
import { dayOf, FIRST, LAST, oneOf, onlyNames, textOf, timeOf, versionOf } from './query-text.js';
import type { Query } from './query-text.js';
import { ENGINE } from './tokens.js';

/** The numbers of docs/metrics.md. */
@ApiTags('metrics')
@ApiBearerAuth()
@Controller('v1/metrics')
@Access('person')
export class MetricsController {
  constructor(@Inject(ENGINE) private readonly engine: Engine) {}

  @ApiResponse({ status: 200, description: 'As defined in docs/metrics.md.', schema: METRICS_ANSWER })
  @Get()
  metrics(@QueryString() query: Query, @Person() reviewer: Reviewer): Promise<MetricsAnswer> {
    onlyNames(query, [...DIMENSIONS, 'from', 'to', 'group_by']);
    return askMetrics(this.engine, {
      tenant: reviewer.tenant,
      from: timeOf(query, 'from', FIRST),
      to: timeOf(query, 'to', LAST),
      group_by: groupByOf(textOf(query, 'group_by')),
      filters: {
        ...Object.fromEntries(DIMENSIONS.map((name) => [name, textOf(query, name)])),
        environment: oneOf(query, 'environment', ENVIRONMENTS) || 'production',
        day: dayOf(query, 'day'),
        policy_version: versionOf(query, 'policy_version'),
      },
      now: new Date(),
      blind: !isAdmin(reviewer),
    });
  }
}

/** @throws CountersignError `invalid_request` naming what is not a dimension */
function groupByOf(text: string): Dimension[] {
  const names = text.split(',').filter((name) => name !== '');
  const unknown = names.find((name) => !DIMENSIONS.includes(name as Dimension));
  if (unknown === undefined) return names as Dimension[];
  throw new CountersignError('invalid_request', `group_by takes ${DIMENSIONS.join(', ')}`, { pointer: '/group_by' });
}
