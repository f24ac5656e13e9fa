import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import { CountersignError } from '@countersign/canonical';
import { isAbsent, peopleOf, rosterKey } from '@countersign/events';
import type { Person, RosterEntry } from '@countersign/events';
import { Access, isAdmin, Person as Caller, role } from '@countersign/service';
import type { Reviewer } from '@countersign/service';
import { z } from 'zod';
import { openapiOf } from '../http/openapi.js';
import { validate } from '../http/validate.js';
import { ROSTER } from '../tokens.js';
import { bodyOf, PersonBody, personOf } from './person-body.js';
import type { RosterLog } from './roster-log.js';

/** Characters of a subject (OpenID Connect Core, section 2, with one to spare). */
const MAX_SUBJECT = 256;

const reason = z.string().max(2_000).nullish();
const PutBody = PersonBody.extend({ issuer: z.string().nullish(), reason });
const AbsencesBody = z.strictObject({ absences: PersonBody.shape.absences, issuer: z.string().nullish(), reason });

/** Somebody on the roster: a subject, and the issuer that names it so (null: the first). */
interface Named {
  readonly subject: string;
  readonly issuer: string | null;
}

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
  read(@Param('subject') subject: string, @Caller() { tenant }: Reviewer, @Query('issuer') issuer?: string): unknown {
    return documentOf(this.entry(tenant, this.named(subject, issuer)));
  }

  /** Puts the whole entry: what is left out is not there any more. */
  @ApiBody({ schema: openapiOf(PutBody) })
  @Access(role('admin'))
  @Put(':subject')
  async put(@Caller() admin: Reviewer, @Param('subject') subject: string, @Body() body: unknown): Promise<unknown> {
    const { reason: why, issuer, ...entry } = validate(PutBody, body ?? {});
    const named = this.named(subject, issuer);
    await this.change(admin, { ...named, person: personOf(entry), reason: why ?? null });
    return documentOf(this.entry(admin.tenant, named));
  }

  /** Takes somebody off: no door of any service is open from the answer on, also with an access token that is still valid. */
  @Access(role('admin'))
  @Delete(':subject')
  async remove(
    @Caller() admin: Reviewer,
    @Param('subject') subject: string,
    @Query('issuer') issuer?: string,
  ): Promise<unknown> {
    const named = this.named(subject, issuer);
    await this.change(admin, { ...named, person: null, reason: null });
    return { ...named, removed: true };
  }

  /** Times out of office, in place of those before. */
  @ApiBody({ schema: openapiOf(AbsencesBody) })
  @Post(':subject/absences')
  @HttpCode(200)
  async absences(@Caller() who: Reviewer, @Param('subject') subject: string, @Body() body: unknown): Promise<unknown> {
    const { absences, reason: why, issuer } = validate(AbsencesBody, body);
    const named = this.named(subject, issuer);
    if (!this.isOwn(who, named)) requireAdmin(who);
    const { person } = this.entry(who.tenant, named);
    const times = absences.map(({ from, until }) => ({ from: Date.parse(from), until: Date.parse(until) }));
    await this.change(who, { ...named, person: { ...person, absences: times }, reason: why ?? null });
    return documentOf(this.entry(who.tenant, named));
  }

  /** @throws CountersignError `not_found` for a subject of no issuer, `invalid_request` for an issuer that nobody can come from */
  private named(subject: string, issuer: string | null = null): Named {
    if (subject.length > MAX_SUBJECT) throw new CountersignError('not_found', 'nobody has a subject that is so long');
    if (issuer === null || this.log.knows(issuer)) return { subject, issuer: this.log.issuerOf(issuer) };
    const detail = 'the issuer is none of OIDC_ISSUERS; leave it out for people of the first';
    throw new CountersignError('invalid_request', detail, { pointer: '/issuer' });
  }

  private isOwn({ subject, issuer }: Reviewer, named: Named): boolean {
    return subject === named.subject && this.log.issuerOf(issuer) === named.issuer;
  }

  private entry(tenant: string, { subject, issuer }: Named): RosterEntry & { readonly person: Person } {
    const entry = this.log.roster.get(rosterKey(tenant, subject, issuer));
    if (entry?.person) return { ...entry, person: entry.person };
    throw new CountersignError('not_found', 'the roster does not know this person');
  }

  private change(
    who: Reviewer,
    entry: Named & { readonly person: Person | null; readonly reason: string | null },
  ): Promise<void> {
    const { tenant, issuer, subject } = who;
    const source = this.isOwn(who, entry) ? 'self' : 'api';
    return this.log.change([{ tenant, ...entry, source, changed_by_issuer: issuer, changed_by: subject }]);
  }
}

function requireAdmin(reviewer: Reviewer): void {
  if (isAdmin(reviewer)) return;
  throw new CountersignError('forbidden', 'this needs role `admin`', { reason: 'role' });
}

const documentOf = ({
  subject,
  issuer,
  person,
  source,
  changed_by,
  changed_at,
}: RosterEntry & { readonly person: Person }) => ({
  subject,
  issuer,
  ...bodyOf(person),
  absent: isAbsent(person, Date.now()),
  ...{ source, changed_by, changed_at: new Date(changed_at).toISOString() },
});
