import { Controller, Get, Inject, Param, Query as QueryString } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { CountersignError, ENVIRONMENTS } from '@countersign/canonical';
import type { Engine } from '@countersign/clickhouse';
import { APPROVAL_STATUSES } from '@countersign/metrics';
import { Access, isAdmin, Person } from '@countersign/service';
import type { Reviewer } from '@countersign/service';
import { auditDocument, blindDocument } from './audit-document.js';
import { auditPage, auditRun, auditRunAsOf, openReviews } from './audit-queries.js';
import type { AuditedAction, PageQuestion } from './audit-queries.js';
import { cursorAt, cursorOf, FIRST, LAST, limitOf, oneOf, onlyNames, textOf, timeOf } from './query-text.js';
import type { Query } from './query-text.js';
import { ENGINE } from './tokens.js';

const FILTERS = [
  'action_type',
  'approval_status',
  'reviewer_id',
  'agent_id',
  'run_id',
  'action_id',
  'environment',
] as const;

/** What was proposed, decided, said and done. */
@ApiTags('audit')
@ApiBearerAuth()
@Controller('v1/audit')
@Access('person')
export class AuditController {
  constructor(@Inject(ENGINE) private readonly engine: Engine) {}

  @Get('runs/:run_id')
  async run(
    @Param('run_id') runId: string,
    @QueryString() query: Query,
    @Person() reviewer: Reviewer,
  ): Promise<unknown> {
    onlyNames(query, ['as_of']);
    const { tenant } = reviewer;
    const asOf = textOf(query, 'as_of') === '' ? null : timeOf(query, 'as_of', LAST);
    const actions = asOf
      ? await auditRunAsOf(this.engine, { tenant, runId }, asOf)
      : await auditRun(this.engine, tenant, runId);
    if (actions.length === 0)
      throw new CountersignError('not_found', 'no decided action of such a run is in the audit');
    return { run_id: runId, actions: await this.documents(reviewer, actions) };
  }

  @Get('actions')
  async actions(@QueryString() query: Query, @Person() reviewer: Reviewer): Promise<unknown> {
    const question = questionOf(query, reviewer);
    const page = await auditPage(this.engine, question);
    const last = page.length === question.limit ? page.at(-1) : undefined;
    return {
      items: await this.documents(reviewer, page),
      next_cursor: last ? cursorAt({ time: new Date(last.row.decided_at), id: last.row.action_id }) : null,
    };
  }

  /** Admins see everything; others nothing of the votes on an action whose blind review is open. */
  private async documents(reviewer: Reviewer, found: readonly AuditedAction[]): Promise<unknown[]> {
    const blind = isAdmin(reviewer) ? new Set<string>() : await openReviews(this.engine, reviewer.tenant, found);
    return found.map(({ row, votes, labels }) =>
      blind.has(row.action_id) ? blindDocument(row) : auditDocument(row, votes, labels),
    );
  }
}

function questionOf(query: Query, reviewer: Reviewer): PageQuestion {
  onlyNames(query, [...FILTERS, 'from', 'to', 'limit', 'cursor']);
  const after = cursorOf(query);
  return {
    tenant: reviewer.tenant,
    blind: !isAdmin(reviewer),
    from: timeOf(query, 'from', FIRST),
    to: timeOf(query, 'to', LAST),
    before: after?.time ?? LAST,
    before_id: after?.id ?? '',
    limit: limitOf(query, 50, 500),
    filters: {
      ...(Object.fromEntries(FILTERS.map((name) => [name, textOf(query, name)])) as PageQuestion['filters']),
      environment: oneOf(query, 'environment', ENVIRONMENTS),
      approval_status: oneOf(query, 'approval_status', APPROVAL_STATUSES),
    },
  };
}
