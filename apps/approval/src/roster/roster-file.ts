import { readFileSync } from 'node:fs';
import { parseJson } from '@countersign/canonical';
import { rosterKey } from '@countersign/events';
import type { Roster } from '@countersign/events';
import { z } from 'zod';
import type { NewEntry } from './roster-log.js';
import { hashOf } from './roster-log.js';
import { PersonBody, personOf } from './person-body.js';

const issuer = z.string().min(1).max(2_000).nullish();

const RosterFile = z.object({
  reviewers: z.array(
    PersonBody.extend({ tenant: z.string().min(1).max(64), subject: z.string().min(1).max(256), issuer }),
  ),
});

type FilePerson = z.infer<typeof RosterFile>['reviewers'][number];

/** @throws Error naming the file and the first member at fault */
export function readRosterFile(file: string): FilePerson[] {
  const parsed = RosterFile.safeParse(parseJson(readFileSync(file, 'utf8')));
  if (parsed.success) return parsed.data.reviewers;
  const [issue] = parsed.error.issues;
  throw new Error(`${file}: ${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? 'not a roster'}`);
}

/**
 * What the file says that no file has said before: entries that are new or different, and people whom the last file had
 * and this one has not.
 */
export function entriesOfFile(people: readonly FilePerson[], roster: Roster, operator: string): NewEntry[] {
  const by = { source: 'file', changed_by_issuer: null, changed_by: operator, reason: null };
  const said = people.map(({ tenant, subject, issuer = null, ...body }) => ({
    tenant,
    subject,
    issuer,
    person: personOf(body),
    ...by,
  }));
  const isNew = (entry: NewEntry): boolean => roster.get(keyOf(entry))?.file_hash !== hashOf(entry);
  const named = new Set(said.map(keyOf));
  const gone = [...roster.values()].filter((entry) => entry.file_hash !== null && !named.has(keyOf(entry)));
  return [
    ...said.filter(isNew),
    ...gone.map(({ tenant, subject, issuer }) => ({ tenant, subject, issuer, person: null, ...by })),
  ];
}

type Named = Pick<NewEntry, 'tenant' | 'subject' | 'issuer'>;

const keyOf = ({ tenant, subject, issuer }: Named): string => rosterKey(tenant, subject, issuer);
