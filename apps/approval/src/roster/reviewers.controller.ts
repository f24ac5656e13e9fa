import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import { isAbsent, peopleOf, rosterKey } from '@countersign/approval';
import type { RosterEntry } from '@countersign/approval';
import { CountersignError } from '@countersign/canonical';
import type { Person } from '@countersign/events';
import { Access, Person as Caller, role } from '@countersign/service';
import type { Reviewer } from '@countersign/service';
import { z } from 'zod';
import { openapiOf } from '../http/openapi.js';
import { validate } from '../http/validate.js';
import { ROSTER } from '../tokens.js';
import { bodyOf, PersonBody, personOf } from './person-body.js';
import type { RosterLog } from './roster-log.js';

const reason = z.string().max(2_000).nullish();
const PutBody = PersonBody.extend({ reason });
const AbsencesBody = z.strictObject({ absences: PersonBody.shape.absences, reason });

/** Who there is. Everybody of the tenant may read it; an administrator changes it; one's own absences are one's own. */
@Controller('v1/reviewers')
@Access('person')
export class ReviewersController {
  constructor(@Inject(ROSTER) private readonly log: RosterLog) {}

  @Get()
  list(@Caller() { tenant }: Reviewer): unknown {
    return { items: peopleOf(this.log.roster, tenant).map(documentOf) };
  }

  @Get(':subject')
  read(@Param('subject') subject: string, @Caller() { tenant }: Reviewer): unknown {
    return documentOf(this.entry(tenant, subject));
  }

  /** Puts the whole entry: what is left out is not there any more. */
  @ApiBody({ schema: openapiOf(PutBody) })
  @Access(role('admin'))
  @Put(':subject')
  async put(@Caller() admin: Reviewer, @Param('subject') subject: string, @Body() body: unknown): Promise<unknown> {
    const { reason: why, ...entry } = validate(PutBody, body ?? {});
    await this.change(admin, { subject: checked(subject), person: personOf(entry), reason: why ?? null });
    return documentOf(this.entry(admin.tenant, subject));
  }

  /** Takes somebody off: no role counts from the answer on, also with an access token that is still valid. */
  @Access(role('admin'))
  @Delete(':subject')
  async remove(@Caller() admin: Reviewer, @Param('subject') subject: string): Promise<unknown> {
    await this.change(admin, { subject: checked(subject), person: null, reason: null });
    return { subject, removed: true };
  }

  /** Times out of office, in place of those before. */
  @ApiBody({ schema: openapiOf(AbsencesBody) })
  @Post(':subject/absences')
  @HttpCode(200)
  async absences(@Caller() who: Reviewer, @Param('subject') subject: string, @Body() body: unknown): Promise<unknown> {
    if (who.subject !== subject) requireAdmin(who);
    const { absences, reason: why } = validate(AbsencesBody, body);
    const { person } = this.entry(who.tenant, subject);
    const times = absences.map(({ from, until }) => ({ from: Date.parse(from), until: Date.parse(until) }));
    await this.change(who, { subject, person: { ...person, absences: times }, reason: why ?? null });
    return documentOf(this.entry(who.tenant, subject));
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

function requireAdmin({ roles }: Reviewer): void {
  if (roles.includes('admin')) return;
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
