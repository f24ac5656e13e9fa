import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import { describeChanges, sentenceOf } from '@countersign/policy';
import { Access, Person } from '@countersign/service';
import type { Reviewer } from '@countersign/service';
import type { FastifyReply } from 'fastify';
import type { PolicyStore } from '../policy-log.js';
import { CHANGE_SEAL, LIFECYCLE, POLICIES } from '../tokens.js';
import { AUTHORS } from './authors.js';
import { changeProposal } from './change-document.js';
import type { ChangeSeal } from './change-seal.js';
import { checksOf, runCasesOf } from './evidence.js';
import type { Lifecycle } from './lifecycle.js';
import { publicationOf } from './publish-version.js';
import { refusedFor } from './reason.js';
import { parseActivate, parseChange, parseDiff, parsePublish, parseState } from './requests.js';
import { ACTIVATE_BODY, PUBLISH_BODY, STATE_BODY } from './requests.js';
import type { Subject } from './subject.js';
import { versionDocument } from './version-document.js';

const documentOf = ({ line, record }: Subject): object => versionDocument(record, line.standing(record.version));

/** How versions come to be, speak and retire. */
@Controller('v1/policies')
@Access('person')
export class LifecycleController {
  constructor(
    @Inject(POLICIES) private readonly policies: PolicyStore,
    @Inject(LIFECYCLE) private readonly lifecycle: Lifecycle,
    @Inject(CHANGE_SEAL) private readonly seal: ChangeSeal,
  ) {}

  /** A draft, with what the checks and its cases say of it. The same content is the same version: 200, not 201. */
  @ApiBody({ schema: PUBLISH_BODY })
  @Access(...AUTHORS)
  @Post(':name/versions')
  async publish(
    @Param('name') name: string,
    @Body() body: unknown,
    @Person() reviewer: Reviewer,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const history = this.policies.current();
    const { subject: author, tenant } = reviewer;
    const published = publicationOf(parsePublish(body), { name, author, tenant, nowMs: Date.now() }, history);
    const known = history.line(published.tenant, name)?.byHash(published.content_hash) ?? null;
    await this.lifecycle.publish(published, reviewer);
    const line = history.line(published.tenant, name);
    const record = line?.byHash(published.content_hash);
    reply.status(known === null ? 201 : 200);
    if (!line || !record?.policy) return {};
    const others = history.activeAt(Infinity).flatMap(({ policy }) => (policy.name === name ? [] : [policy]));
    const cases = runCasesOf(record.policy, record.published.cases, others);
    return { ...documentOf({ line, record }), findings: checksOf(record.policy, null), cases };
  }

  @Get(':name/diff')
  async diff(@Param('name') name: string, @Query() query: unknown, @Person() { tenant }: Reviewer): Promise<object> {
    const { from, to } = parseDiff(query);
    const [before, after] = [from, to].map((version) => this.lifecycle.subject(tenant, name, version).record.policy);
    if (!before || !after)
      throw refusedFor([{ code: 'invalid_policy', detail: 'this release cannot read both versions' }]);
    const changes = describeChanges(before, after).map((change) => ({ ...change, sentence: sentenceOf(change) }));
    return { name, from, to, changes };
  }

  /** The proposal of a change: submit it, with run, agent and model, and let people approve it. */
  @Get(':name/versions/:version/change')
  async proposal(
    @Param('name') name: string,
    @Param('version') version: string,
    @Query() query: unknown,
    @Person() { tenant, subject: proposed_by }: Reviewer,
  ): Promise<object> {
    const wanted = parseChange(query);
    const subject = this.lifecycle.subject(tenant, name, Number(version));
    const { needsApproval, evidence, reasons } = this.lifecycle.prospect(tenant, subject, wanted);
    if (reasons.length > 0) throw refusedFor(reasons);
    const asked = { tenant, proposed_by, wanted, evidence };
    return { needs_approval: needsApproval, proposal: changeProposal(subject, asked, this.seal), evidence };
  }

  /** A change that nobody must approve: into shadow and out of it, or a mode that binds more. */
  @ApiBody({ schema: STATE_BODY })
  @Access(...AUTHORS)
  @Post(':name/versions/:version/state')
  @HttpCode(200)
  async change(
    @Param('name') name: string,
    @Param('version') version: string,
    @Body() body: unknown,
    @Person() reviewer: Reviewer,
  ): Promise<object> {
    return documentOf(await this.lifecycle.change(reviewer, name, Number(version), parseState(body)));
  }

  /** A change that people approved, by the token of that action. */
  @ApiBody({ schema: ACTIVATE_BODY })
  @Access(...AUTHORS)
  @Post(':name/activate')
  @HttpCode(200)
  async activate(@Param('name') name: string, @Body() body: unknown, @Person() reviewer: Reviewer): Promise<object> {
    const { subject, repeated } = await this.lifecycle.activate(reviewer, name, parseActivate(body));
    return { ...documentOf(subject), repeated };
  }
}
