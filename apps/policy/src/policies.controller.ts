import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import { CountersignError } from '@countersign/canonical';
import { compareDecisions, explain, loadPolicy, speakersFor } from '@countersign/policy';
import type { Explanation, PolicyProblem } from '@countersign/policy';
import { Access, Person } from '@countersign/service';
import type { Reviewer } from '@countersign/service';
import { FairShare } from './fair-share.js';
import { subjectOf } from './lifecycle/subject.js';
import { versionDocument } from './lifecycle/version-document.js';
import type { PolicySource } from './policy-log.js';
import { CHECK_BODY, EXPLAIN_BODY, parseCheck, parseExplain } from './requests.js';
import { POLICIES } from './tokens.js';

/** What any reviewer of a tenant may read and try. Nothing here changes a policy. */
@Controller('v1/policies')
@Access('person')
export class PoliciesController {
  /** A file of the size that is taken holds the event loop for half a second. */
  private readonly checks = new FairShare();

  constructor(@Inject(POLICIES) private readonly policies: PolicySource) {}

  @Get()
  async list(@Person() { tenant }: Reviewer): Promise<{ items: object[] }> {
    return {
      items: this.policies
        .current()
        .list(tenant)
        .map((record) => versionDocument(record, record.standing)),
    };
  }

  @Get(':name/versions/:version')
  async read(
    @Param('name') name: string,
    @Param('version') version: string,
    @Person() { tenant }: Reviewer,
  ): Promise<object> {
    const { line, record } = subjectOf(this.policies.current(), tenant, name, Number(version));
    const { content, cases } = record.published;
    return { ...versionDocument(record, line.standing(record.version)), content, cases };
  }

  @ApiBody({ schema: CHECK_BODY })
  @Post('check')
  @HttpCode(200)
  async check(
    @Body() body: unknown,
    @Person() { tenant, subject }: Reviewer,
  ): Promise<{ valid: boolean; problems: readonly PolicyProblem[] }> {
    const { content, file } = parseCheck(body);
    const { problems } = await this.checks.run(`${tenant}/${subject}`, () => loadPolicy(content, file));
    return { valid: problems.length === 0, problems };
  }

  @ApiBody({ schema: EXPLAIN_BODY })
  @Post('explain')
  @HttpCode(200)
  async explain(@Body() body: unknown, @Person() { tenant }: Reviewer): Promise<Explanation> {
    const { action, policy } = parseExplain(body);
    const named = policy && this.policies.current().speaker(tenant, policy.name, policy.version);
    if (policy !== null && !named) throw new CountersignError('not_found', 'there is no such policy version');
    const speakers = named ? [named] : speakersFor(this.policies.current().setAt(Infinity), tenant, action.action_type);
    const explanations = speakers.map((speaker) => explain(speaker, action));
    return explanations.reduce((a, b) => (compareDecisions(b.decision, a.decision) > 0 ? b : a));
  }
}
