import type { Absence, Person, RosterChanged } from './generated/types.js';

/** One person's entry and where it came from. */
export interface RosterEntry {
  readonly tenant: string;
  readonly subject: string;
  /** null: the first issuer of the deployment. */
  readonly issuer: string | null;
  /** null: taken off the roster. */
  readonly person: Person | null;
  /** `content_hash` of the last entry from a file, null when no file spoke of the person or it took the person off. */
  readonly file_hash: string | null;
  readonly source: string;
  readonly changed_by: string;
  readonly reason: string | null;
  /** UTC epoch milliseconds of log time. */
  readonly changed_at: number;
}

/** Everybody the log has spoken of, by `rosterKey`. Changed only by `applyRoster`. */
export type Roster = Map<string, RosterEntry>;

/** @param issuer null: the deployment's first */
export const rosterKey = (tenant: string, subject: string, issuer: string | null = null): string =>
  issuer === null ? `${tenant}\n${subject}` : `${tenant}\n${subject}\n${issuer}`;

/**
 * Folds one change. A file that says again what it said last changes nothing: instances start at different times with
 * the same file, and a live change in between stands.
 * @param changedAt log time, UTC epoch milliseconds
 * @returns whether the entry is another one now
 */
export function applyRoster(roster: Roster, changed: RosterChanged, changedAt: number): boolean {
  const { tenant, subject, issuer, person, source, content_hash, changed_by, reason } = changed;
  const key = rosterKey(tenant, subject, issuer);
  const known = roster.get(key);
  const isFile = source === 'file';
  const said = person === null ? null : content_hash;
  if (isFile && known !== undefined && known.file_hash === said) return false;
  const file_hash = isFile ? said : (known?.file_hash ?? null);
  roster.set(key, { tenant, subject, issuer, person, file_hash, source, changed_by, reason, changed_at: changedAt });
  return true;
}

/** The duty that keeps somebody from voting on an agent's actions, written as a role of the vote. */
export const operates = (agentId: string): string => `operates:${agentId}`;

/** Somebody as an access token names them; `issuer` null: the deployment's first. */
export interface RosterPerson {
  readonly tenant: string;
  readonly issuer: string | null;
  readonly subject: string;
  readonly roles: readonly string[];
}

/**
 * The roles that count for a person: the roster's, where it names any; the token's, where the roster leaves them to it or
 * does not know the person. What the person operates comes on top. Null for somebody who was taken off.
 */
export function rolesBy(roster: Roster, who: RosterPerson): string[] | null {
  const entry = roster.get(rosterKey(who.tenant, who.subject, who.issuer));
  if (entry === undefined) return [...who.roles];
  if (entry.person === null) return null;
  return [...(entry.person.roles ?? who.roles), ...entry.person.operates.map(operates)];
}

/** True while the person is out of office. @param nowMs UTC epoch milliseconds */
export const isAbsent = (person: Person, nowMs: number): boolean => absenceOf(person, nowMs) !== null;

/** The time out of office that runs now, or null. @param nowMs UTC epoch milliseconds */
export const absenceOf = ({ absences }: Person, nowMs: number): Absence | null =>
  absences.find(({ from, until }) => from <= nowMs && nowMs < until) ?? null;

/** Most requests assigned to somebody at once, where the roster says nothing else. */
export const DEFAULT_WIP_LIMIT = 10;

/** The roles that the roster gives to somebody, with what the person operates. */
export const rosterRoles = ({ roles, operates: agents }: Person): string[] => [
  ...(roles ?? []),
  ...agents.map(operates),
];

/** People of a tenant who are on the roster, in the order of their subjects. */
export const peopleOf = (roster: Roster, tenant: string): (RosterEntry & { readonly person: Person })[] =>
  [...roster.values()]
    .filter((entry): entry is RosterEntry & { person: Person } => entry.tenant === tenant && entry.person !== null)
    .sort((a, b) => (a.subject < b.subject ? -1 : 1));
