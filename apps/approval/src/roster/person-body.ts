import type { Person } from '@countersign/events';
import { z } from 'zod';

const names = z.array(z.string().min(1).max(256)).max(100);

const Absence = z
  .strictObject({ from: z.iso.datetime({ offset: true }), until: z.iso.datetime({ offset: true }) })
  .refine(({ from, until }) => Date.parse(from) < Date.parse(until), {
    message: 'expected `until` to be later than `from`',
    path: ['until'],
  });

/** A person's entry as an administrator or the roster file writes it. */
export const PersonBody = z.strictObject({
  name: z.string().min(1).max(256).nullish(),
  /** Left out or null: the roles of the access token count. */
  roles: names.nullish(),
  teams: names.default([]),
  operates: names.default([]),
  alternates: names.default([]),
  absences: z.array(Absence).max(100).default([]),
  wip_limit: z.int().min(1).max(1_000).nullish(),
});
export type PersonBody = z.output<typeof PersonBody>;

export const personOf = (body: PersonBody): Person => ({
  name: body.name ?? null,
  roles: body.roles ?? null,
  teams: body.teams,
  operates: body.operates,
  alternates: body.alternates,
  absences: body.absences.map(({ from, until }) => ({ from: Date.parse(from), until: Date.parse(until) })),
  wip_limit: body.wip_limit ?? null,
});

/** The entry as the API shows it; reading it and putting it back changes nothing. */
export const bodyOf = (person: Person) => ({
  ...person,
  absences: person.absences.map(({ from, until }) => ({
    from: new Date(from).toISOString(),
    until: new Date(until).toISOString(),
  })),
});
