import type { PublishedFact } from './published.js';

/** What somebody proposed, and what must be there before it may run. */
export interface Asked {
  readonly actionId: string;
  /** Digest of the proposed parameters, computed by whoever proposed them. */
  readonly digest: string;
  /** Digest of the action with other parameters, JSON. */
  readonly digestWith: (parameters: string) => string;
  /** Places that distinct people fill, each with the roles that may, for the version with this digest. */
  readonly placesOf: (digest: string) => readonly (readonly string[])[];
  /** False: whoever made a version fills no place of it. */
  readonly editorCounts: boolean;
}

/** A click as its own client saw it. Times are UTC epoch milliseconds. */
export interface Click {
  readonly actionId: string;
  readonly subject: string;
  readonly sentAt: number;
  /** The vote's id when it was taken, else the code of the refusal. */
  readonly voteId: string | null;
  readonly code: string;
}

export interface Redemption {
  readonly actionId: string;
  readonly digest: string;
  readonly ok: boolean;
}

export interface Evidence {
  readonly asked: readonly Asked[];
  /** Public events in the order of the log of each action. */
  readonly facts: readonly PublishedFact[];
  readonly clicks: readonly Click[];
  readonly redemptions: readonly Redemption[];
  /** Roles of each person, over all their accounts. */
  readonly roles: ReadonlyMap<string, readonly string[]>;
  /** When it was answered that a person is off the roster, UTC epoch milliseconds. */
  readonly removed: ReadonlyMap<string, number>;
  /** What the packets that people were shown release: digest by packet digest. */
  readonly shown: ReadonlyMap<string, string>;
  /** Actions that both instances show as pending. */
  readonly pending: ReadonlySet<string>;
  /** `approval_status` by action, of `audit`. */
  readonly audit: ReadonlyMap<string, string>;
}

export type Verdict = Readonly<Record<'UNAUTHORIZED' | 'DUPLICATED' | 'STUCK' | 'LOST', readonly string[]>>;

/** What the events of one action come to, judged anew. */
interface Table {
  digest: string;
  editor: string | null;
  /** Who approved the digest on the table. */
  approved: Set<string>;
  denied: boolean;
  /** Digests that a grant may release. */
  granted: string[];
  wrongs: string[];
}

/**
 * Judges from what was published and from what clients saw, with none of the service's own sums: what may run is what
 * enough distinct people, who were allowed to, approved by that very digest, with no denial before it.
 */
export function judge(evidence: Evidence): Verdict {
  const facts = groupBy(evidence.facts, ({ actionId }) => actionId);
  const tables = new Map(
    evidence.asked.map((asked) => [asked.actionId, replay(asked, facts.get(asked.actionId) ?? [], evidence)]),
  );
  return {
    UNAUTHORIZED: [
      ...[...tables].flatMap(([actionId, { wrongs }]) => wrongs.map((wrong) => `${actionId}: ${wrong}`)),
      ...evidence.redemptions
        .filter(({ actionId, digest, ok }) => ok && !tables.get(actionId)?.granted.includes(digest))
        .map(({ actionId, digest }) => `${actionId}: ${digest} was redeemed`),
      ...votesOfTheRemoved(evidence),
    ],
    DUPLICATED: [...twiceCounted(evidence.facts), ...twice(evidence)],
    STUCK: evidence.asked.flatMap((asked) => stuck(asked, tables.get(asked.actionId), evidence, facts)),
    LOST: [...lostVotes(evidence), ...lostGrants(evidence), ...lostInAudit(evidence, facts)],
  };
}

function replay(asked: Asked, facts: readonly PublishedFact[], evidence: Evidence): Table {
  const table: Table = {
    digest: asked.digest,
    editor: null,
    approved: new Set(),
    denied: false,
    granted: [],
    wrongs: [],
  };
  for (const { name, event } of facts) {
    if (name === 'VersionChanged') change(table, asked, event);
    if (name === 'VoteRecorded') count(table, event, evidence);
    if (name === 'GrantIssued') grant(table, asked, event, evidence);
  }
  return table;
}

function change(table: Table, asked: Asked, event: PublishedFact['event']): void {
  table.digest = asked.digestWith(event.parameters ?? '');
  if (table.digest !== event.digest) table.wrongs.push('a version has the digest of other parameters');
  table.editor = event.reviewer_id ?? '';
  table.approved = new Set();
}

function count(table: Table, event: PublishedFact['event'], { shown }: Evidence): void {
  const subject = event.reviewer_id ?? '';
  if (event.vote === 'deny') table.denied = true;
  // Whoever changes an action approves what comes of it, not the packet that was shown.
  const isOfTable =
    event.vote === 'approve_with_changes'
      ? table.editor === subject
      : shown.get(event.packet_digest ?? '') === table.digest;
  if (event.vote !== 'deny' && isOfTable) table.approved.add(subject);
}

function grant(table: Table, asked: Asked, { digest = '' }: PublishedFact['event'], evidence: Evidence): void {
  if (digest !== table.digest) table.wrongs.push('a grant of a digest that is not on the table');
  if (table.denied) table.wrongs.push('a grant after a denial');
  if (!isApproved(table, asked, evidence))
    table.wrongs.push(`a grant by ${[...table.approved].join(' and ') || 'nobody'}`);
  table.granted.push(digest);
}

function isApproved({ digest, editor, approved }: Table, asked: Asked, { roles }: Evidence): boolean {
  const people = [...approved].filter((subject) => asked.editorCounts || subject !== editor);
  return fill(
    asked.placesOf(digest),
    people.map((subject) => roles.get(subject) ?? []),
  );
}

/** True when distinct people can fill all places. */
function fill(places: readonly (readonly string[])[], people: readonly (readonly string[])[]): boolean {
  const [place, ...rest] = places;
  if (place === undefined) return true;
  return people.some((roles, at) => roles.some((role) => place.includes(role)) && fill(rest, people.toSpliced(at, 1)));
}

/** A vote that began after it was answered that its voter is off the roster. */
const votesOfTheRemoved = ({ clicks, removed }: Evidence): string[] =>
  clicks
    .filter(({ subject, sentAt, voteId }) => voteId !== null && sentAt >= (removed.get(subject) ?? Infinity))
    .map(({ actionId, subject }) => `${actionId}: ${subject} voted after being taken off`);

/** One person has one counted vote on a version. */
function twiceCounted(facts: readonly PublishedFact[]): string[] {
  const versions = new Map<string, number>();
  const keys = facts.flatMap(({ actionId, name, event }) => {
    if (name === 'VersionChanged') versions.set(actionId, (versions.get(actionId) ?? 0) + 1);
    if (name !== 'VoteRecorded' || event.counted !== true) return [];
    return [`${actionId}: vote of ${event.issuer} ${event.reviewer_id} on version ${versions.get(actionId) ?? 0}`];
  });
  return repeated(keys);
}

const SINGLE = ['DecisionRecorded', 'RequestOpened', 'RequestResolved', 'GrantIssued', 'GrantRedeemed'];

const twice = ({ facts, redemptions }: Evidence): string[] =>
  repeated([
    ...facts.map(({ id }) => `event ${id}`),
    ...facts.flatMap(({ event }) => (event.vote_id === undefined ? [] : [`vote ${event.vote_id}`])),
    ...facts.flatMap(({ name, actionId }) => (SINGLE.includes(name) ? [`${actionId}: ${name}`] : [])),
    ...redemptions.flatMap(({ actionId, ok }) => (ok ? [`${actionId}: redemption`] : [])),
  ]);

function repeated(keys: readonly string[]): string[] {
  const times = [...groupBy(keys, (key) => key)].map(([key, found]) => [key, found.length] as const);
  return times.filter(([, found]) => found > 1).map(([key, found]) => `${key}: ${found} times`);
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

type Grouped = ReadonlyMap<string, readonly PublishedFact[]>;

const endOf = (facts: Grouped, actionId: string): string | undefined =>
  facts.get(actionId)?.find(({ name }) => name === 'RequestResolved')?.event.status;

/** Every request has ended as its votes say, or is pending and its votes do not suffice. */
function stuck(asked: Asked, table: Table | undefined, evidence: Evidence, facts: Grouped): string[] {
  if (table === undefined) return [];
  const due = table.denied ? 'denied' : isApproved(table, asked, evidence) ? 'approved' : 'pending';
  const found = endOf(facts, asked.actionId) ?? (evidence.pending.has(asked.actionId) ? 'pending' : 'nowhere');
  return due === found ? [] : [`${asked.actionId}: ${found} where its votes say ${due}`];
}

/** Votes that were answered and not published. */
function lostVotes({ clicks, facts }: Evidence): string[] {
  const published = new Set(facts.flatMap(({ event }) => event.vote_id ?? []));
  return clicks
    .filter(({ voteId }) => voteId !== null && !published.has(voteId))
    .map(({ actionId, subject }) => `${actionId}: the vote of ${subject}`);
}

/** Every grant was asked for by two executors, so one of them got it. */
function lostGrants({ facts, redemptions }: Evidence): string[] {
  const redeemed = new Set(redemptions.flatMap(({ actionId, ok }) => (ok ? [actionId] : [])));
  return facts
    .filter(({ name, actionId }) => name === 'GrantIssued' && !redeemed.has(actionId))
    .map(({ actionId }) => `${actionId}: nobody could redeem it`);
}

const lostInAudit = ({ asked, audit }: Evidence, facts: Grouped): string[] =>
  asked.flatMap(({ actionId }) => {
    const [told, found] = [audit.get(actionId) ?? 'nothing', endOf(facts, actionId) ?? 'pending'];
    return told === found ? [] : [`${actionId}: audit says ${told}, the log ${found}`];
  });
