import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Post, Put } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import { isAbsent, peopleOf, rosterKey } from '@countersign/approval';
import type { RosterEntry } from '@countersign/approval';
import { CountersignError } from '@countersign/canonical';
import type { Person } from '@countersign/events';
import type { Reviewer, ReviewerAuth } from '@countersign/service';
import { z } from 'zod';
import { openapiOf } from '../http/openapi.js';
import { validate } from '../http/validate.js';
import { REVIEWERS, ROSTER } from '../tokens.js';
import { bodyOf, PersonBody, personOf } from './person-body.js';
import type { RosterLog } from './roster-log.js';

type RequestHeaders = Record<string, string | undefined>;

const reason = z.string().max(2_000).nullish();
const PutBody = PersonBody.extend({ reason });
const AbsencesBody = z.strictObject({ absences: PersonBody.shape.absences, reason });

/** Who there is. Everybody of the tenant may read it; an administrator changes it; one's own absences are one's own. */
@Controller('v1/reviewers')
export class ReviewersController {
  constructor(
    @Inject(ROSTER) private readonly log: RosterLog,
    @Inject(REVIEWERS) private readonly reviewers: ReviewerAuth,
  ) {}

  @Get()
  async list(@Headers('authorization') authorization?: string): Promise<unknown> {
    const { tenant } = await this.reviewers.authenticate(authorization);
    return { items: peopleOf(this.log.roster, tenant).map(documentOf) };
  }

  @Get(':subject')
  async read(@Param('subject') subject: string, @Headers('authorization') authorization?: string): Promise<unknown> {
    const { tenant } = await this.reviewers.authenticate(authorization);
    return documentOf(this.entry(tenant, subject));
  }

  /** Puts the whole entry: what is left out is not there any more. */
  @ApiBody({ schema: openapiOf(PutBody) })
  @Put(':subject')
  async put(
    @Headers() headers: RequestHeaders,
    @Param('subject') subject: string,
    @Body() body: unknown,
  ): Promise<unknown> {
    const admin = await this.admin(headers['authorization']);
    const { reason: why, ...entry } = validate(PutBody, body ?? {});
    await this.change(admin, { subject: checked(subject), person: personOf(entry), reason: why ?? null });
    return documentOf(this.entry(admin.tenant, subject));
  }

  /** Takes somebody off: no role counts from the answer on, also with an access token that is still valid. */
  @Delete(':subject')
  async remove(@Headers() headers: RequestHeaders, @Param('subject') subject: string): Promise<unknown> {
    const admin = await this.admin(headers['authorization']);
    await this.change(admin, { subject: checked(subject), person: null, reason: null });
    return { subject, removed: true };
  }

  /** Times out of office, in place of those before. */
  @ApiBody({ schema: openapiOf(AbsencesBody) })
  @Post(':subject/absences')
  @HttpCode(200)
  async absences(
    @Headers() headers: RequestHeaders,
    @Param('subject') subject: string,
    @Body() body: unknown,
  ): Promise<unknown> {
    const who = await this.reviewers.authenticate(headers['authorization']);
    if (who.subject !== subject) requireAdmin(who);
    const { absences, reason: why } = validate(AbsencesBody, body);
    const { person } = this.entry(who.tenant, subject);
    const times = absences.map(({ from, until }) => ({ from: Date.parse(from), until: Date.parse(until) }));
    await this.change(who, { subject, person: { ...person, absences: times }, reason: why ?? null });
    return documentOf(this.entry(who.tenant, subject));
  }

  private async admin(authorization: string | undefined): Promise<Reviewer> {
    return requireAdmin(await this.reviewers.authenticate(authorization));
  }

  private entry(tenant: string, subject: string): RosterEntry & { readonly person: Person } {
    const entry = this.log.roster.get(rosterKey(tenant, subject));
    if (entry?.person) return { ...entry, person: entry.person };
    throw new CountersignError('not_found', 'the roster does not know this person');
  }

  private change(
    who: Reviewer,
    entry: { readonly subject: string; readonly person: Person | null; readonly reason: string | null },
  ): Promise<void> {
    const { tenant, issuer, subject } = who;
    const source = subject === entry.subject ? 'self' : 'api';
    return this.log.change([{ tenant, ...entry, source, changed_by_issuer: issuer, changed_by: subject }]);
  }
}

function requireAdmin(reviewer: Reviewer): Reviewer {
  if (reviewer.roles.includes('admin')) return reviewer;
  throw new CountersignError('forbidden', 'this needs role `admin`', { reason: 'role' });
}

function checked(subject: string): string {
  if (subject.length <= 256) return subject;
  throw new CountersignError('invalid_request', 'a subject has at most 256 characters');
}

const documentOf = ({
  subject,
  person,
  source,
  changed_by,
  changed_at,
}: RosterEntry & { readonly person: Person }) => ({
  subject,
  ...bodyOf(person),
  absent: isAbsent(person, Date.now()),
  ...{ source, changed_by, changed_at: new Date(changed_at).toISOString() },
});
