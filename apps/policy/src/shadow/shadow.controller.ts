import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import { CountersignError, digestOf } from '@countersign/canonical';
import type { Engine } from '@countersign/clickhouse';
import type { PolicyReported } from '@countersign/events';
import { DEFAULT_MIN_HISTORY, shadowReport } from '@countersign/policy';
import type { ShadowReport } from '@countersign/policy';
import { Access, Person, Slots } from '@countersign/service';
import type { Reviewer } from '@countersign/service';
import type { PolicyStore } from '../policy-log.js';
import { AUTHORS } from '../lifecycle/authors.js';
import { parseShadowReport, SHADOW_REPORT_BODY } from '../requests.js';
import { ENGINE, POLICIES } from '../tokens.js';
import { readShadowed } from './shadow-history.js';
import type { ShadowQuestion } from './shadow-history.js';

/** Reports at a time, by tenant. */
const AT_ONCE = { perCaller: 2, total: 8 };

/** What a version in shadow said of the actions that others decided. */
@Controller('v1/policies')
@Access('person')
export class ShadowController {
  private readonly slots = new Slots('shadow reports', AT_ONCE);

  constructor(
    @Inject(POLICIES) private readonly policies: PolicyStore,
    @Inject(ENGINE) private readonly engine: Engine,
  ) {}

  /** Counts agreements and differences, and keeps the report on the log as evidence for an activation. */
  @ApiBody({ schema: SHADOW_REPORT_BODY, required: false })
  @Access(...AUTHORS)
  @Post(':name/versions/:version/shadow-report')
  @HttpCode(200)
  async report(
    @Param('name') name: string,
    @Param('version') version: string,
    @Body() body: unknown,
    @Person() { tenant, subject }: Reviewer,
  ): Promise<ShadowReport & { result_hash: string }> {
    const { from, to, min_history } = parseShadowReport(body, Date.now());
    const question = { tenant, name, version: Number(version), from, to };
    const hashes = this.hashesOf(question);
    const give = this.slots.take(tenant);
    const shadowed = await readShadowed(this.engine, question).finally(give);
    const report = shadowReport(question, shadowed, min_history ?? hashes.minHistory);
    const by = { reported_by: subject, reported_at: Date.now() };
    const event = reportedEvent(report, question, { ...hashes, ...by });
    await this.policies.append([{ name: 'PolicyReported', event }]);
    return { ...report, result_hash: event.result_hash };
  }

  /** @throws CountersignError `not_found` */
  private hashesOf({ tenant, name, version }: ShadowQuestion) {
    const history = this.policies.current();
    const record = history.find(tenant, name, version);
    if (!record?.policy) throw new CountersignError('not_found', 'there is no such policy version');
    const line = history.lineFor(tenant, name);
    const against = line?.active()?.published.content_hash ?? null;
    // As for its activation, the version that speaks says how much is enough.
    const { minHistory } = (line?.active()?.policy ?? record.policy).activation;
    return { content_hash: record.published.content_hash, against, minHistory: minHistory || DEFAULT_MIN_HISTORY };
  }
}

type Origin = Pick<PolicyReported, 'content_hash' | 'against' | 'reported_by' | 'reported_at'>;

function reportedEvent(
  report: ShadowReport,
  { tenant, name, from, to }: ShadowQuestion,
  { content_hash, against, reported_by, reported_at }: Origin,
): PolicyReported {
  const { compared, agreed, sufficient } = report;
  return {
    ...{ tenant, name, content_hash, against, kind: 'shadow', reported_by, reported_at },
    ...{ status: sufficient ? 'complete' : 'insufficient_history', actions: compared, changed: compared - agreed },
    ...{ result_hash: digestOf(report), result: JSON.stringify(report) },
    ...{ history_from: from.getTime(), history_to: to.getTime() },
  };
}
