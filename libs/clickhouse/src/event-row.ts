import { eventId, schemaRegistry } from '@countersign/events';
import type { EventMap, EventName, Opened } from '@countersign/events';

/** Where a record is in Kafka. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** LogAppendTime, UTC epoch milliseconds. */
  readonly timestampMs: number;
}

/** CloudEvents headers of a record, as far as they are there. */
export type EventHeaders = Readonly<Record<string, Buffer | string | undefined>>;

/** A row of the sink table; the names are the columns. */
export interface EventRow {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly event_id: string;
  /** Record name of the schema; empty for an offset that holds no event. */
  readonly type: EventName | '';
  readonly schema_version: number;
  /** RFC 3339. */
  readonly time: string;
  readonly recorded_at: string;
  readonly tenant: string;
  readonly action_id: string | null;
  readonly request_id: string | null;
  readonly run_id: string | null;
  readonly actor: string | null;
  /** JSON text of the decoded record; bytes as base64. */
  readonly payload: string;
}

type Facts = Readonly<Record<string, unknown>>;

/** The row of a record that holds an event. */
export function eventRow(place: Place, headers: EventHeaders, opened: Opened): EventRow {
  const facts: Facts = { ...opened.event };
  return {
    ...blankRow(place),
    event_id: headers['ce_id']?.toString() || eventId(place.topic, place.partition, place.offset),
    type: opened.name,
    schema_version: schemaRegistry.byId(opened.schemaId)?.version ?? 0,
    time: timeOf(headers['ce_time']?.toString(), place),
    tenant: opened.name === 'DeadLettered' ? tenantOfKey(facts['key']) : (text(facts['tenant']) ?? ''),
    action_id: text(facts['action_id']),
    request_id: text(facts['request_id']),
    run_id: text(facts['run_id']),
    actor: actorOf(opened.name, facts),
    payload: JSON.stringify(opened.event, bytesAsBase64),
  };
}

/** Marks an offset whose record is a dead letter, so that the sink's position passes it. */
export const blankRow = ({ topic, partition, offset, timestampMs }: Place): EventRow => ({
  topic,
  partition,
  offset,
  event_id: '',
  type: '',
  schema_version: 0,
  time: iso(timestampMs),
  recorded_at: iso(timestampMs),
  tenant: '',
  action_id: null,
  request_id: null,
  run_id: null,
  actor: null,
  payload: '',
});

const iso = (ms: number): string => new Date(ms).toISOString();
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** The header is outside the record's signature: a time that is none is replaced by the log's. */
function timeOf(header: string | undefined, { timestampMs }: Place): string {
  const ms = Date.parse(header ?? '');
  return iso(Number.isNaN(ms) ? timestampMs : ms);
}

/** A record key is `tenant|id`; of a dead letter it is only a claim, good enough to show the letter to that tenant. */
function tenantOfKey(key: unknown): string {
  const claim = Buffer.isBuffer(key) ? key.toString('utf8') : '';
  return /^([A-Za-z0-9._-]{1,64})\|/.exec(claim)?.[1] ?? '';
}

type Actor = Partial<{ readonly [N in EventName]: keyof EventMap[N] }>;

/** The field that says who did it, by event. */
const ACTORS: Actor = {
  ActionProposed: 'agent_id',
  DecisionRecorded: 'policy_name',
  PacketOpened: 'reviewer_id',
  VoteRecorded: 'reviewer_id',
  VersionChanged: 'reviewer_id',
  CustodyChanged: 'subject',
  GlassBroken: 'reviewer_id',
  EvidenceRecorded: 'subject',
  GrantIssued: 'authority',
  GrantRedeemed: 'executor_id',
  GrantRevoked: 'reviewer_id',
  HoldChanged: 'reviewer_id',
  SampleLabelled: 'labelled_by',
  ReviewCompared: 'reviewer_id',
  Refused: 'subject',
  FreezeChanged: 'reviewer_id',
  OutcomeRecorded: 'reported_by',
  LabelRecorded: 'labelled_by',
  PolicyPublished: 'author',
  PolicyStateChanged: 'by',
  PolicyReported: 'reported_by',
  RosterChanged: 'changed_by',
  SessionEnded: 'subject',
  DeadLettered: 'step',
  DeadLetterReplayed: 'subject',
};

function actorOf(name: EventName, facts: Facts): string | null {
  if (name === 'RequestResolved') return text(facts['reviewer_id']) ?? text(facts['resolved_by']);
  const field = ACTORS[name];
  return field === undefined ? null : text(facts[field]);
}

function bytesAsBase64(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const original = this[key];
  return Buffer.isBuffer(original) ? original.toString('base64') : value;
}
