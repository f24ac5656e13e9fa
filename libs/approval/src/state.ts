import type { ActionDecided, Edit, Gate, Vote } from '@countersign/events';
import type { CustodyState } from './custody-state.js';
import type { Attachment } from './evidence-state.js';
import { Heap } from './heap.js';
import { createRotation } from './rotation.js';
import type { Rotation } from './rotation.js';
import { createShared } from './sharing.js';
import type { Shared } from './sharing.js';

/** One reviewer's accepted vote. `counted` turns false when a later edit or new evidence voids it. */
export interface VoteState {
  readonly vote_id: string;
  readonly issuer: string;
  readonly subject: string;
  /** Role that made the voter eligible. */
  readonly role: string | null;
  /** The duty that the gate let this voter combine with the vote, such as `operator`; null for who needed no exception. */
  readonly exception: string | null;
  /** Roles by which the vote can fill a place of a threshold or factor; empty where the gate has none. */
  readonly roles: readonly string[];
  readonly vote: Vote;
  readonly reason: string | null;
  readonly packet_digest: string;
  /** The call that it came in with others; null for a vote by itself. */
  readonly batch_id: string | null;
  /** Version of the action that was voted on, 1 for the proposed one. */
  readonly version: number;
  readonly voted_at: number;
  /** When a held action may leave the release queue by itself, as this voter wants it. */
  readonly release_at: number | null;
  counted: boolean;
  /** True for an approval of a packet that evidence was added to since: its voter may approve again. */
  superseded: boolean;
}

/** A changed version of the action and who changed it. */
export interface VersionState {
  readonly edit: Edit;
  readonly issuer: string;
  readonly editor: string;
  readonly changed_at: number;
}

/** A clock that a freeze pauses. Times are UTC epoch milliseconds of log time. */
export interface PausableClock {
  expires_at: number;
  /** Since when it stands still; null while it runs. */
  paused_at: number | null;
  /** Frozen time so far, milliseconds. */
  paused_ms: number;
}

export type RequestKind = 'approval' | 'advisory' | 'audit';
/** An audit ends `answered`; the others with what people, the clock or the agent made of them. */
export type RequestStatus = 'pending' | 'approved' | 'denied' | 'expired' | 'cancelled' | 'answered';
/** `admin`: one authorised person broke the glass. */
export type ResolvedBy = 'policy' | 'people' | 'clock' | 'agent' | 'admin';

export interface RequestState extends PausableClock, CustodyState {
  readonly request_id: string;
  readonly kind: RequestKind;
  status: RequestStatus;
  /** The gate that binds: of the decision, or a stricter one after an edit. */
  gate: Gate;
  digest: string;
  /** Digest of the packet without attachments; `packet_digest` follows from both. */
  base_digest: string;
  packet_digest: string;
  /** Evidence in the order of the log; it stays when the action is changed. */
  attachments: readonly Attachment[];
  readonly opened_at: number;
  respond_by: number;
  readonly votes: VoteState[];
  /** How it ended; null while it waits. */
  end: RequestEnd | null;
  /** When each person first opened the packet on the table, by `personKey`. */
  shown: Map<string, number> | null;
  /** Who has seen it as a row of a batch and has not opened the packet itself, by `personKey`. */
  rows: Map<string, SeenRow> | null;
}

/** A row as somebody saw it last. */
export interface SeenRow {
  readonly batch: string;
  /** Why it was no part of the batch; null for a part of it. */
  readonly outlier: string | null;
}

export interface GrantState extends PausableClock {
  readonly authority: 'policy' | 'people' | 'break_glass';
  readonly digest: string;
  readonly issued_at: number;
  status: 'issued' | 'consumed' | 'revoked' | 'lapsed';
  executor_id: string | null;
  redeemed_at: number | null;
}

/** An approved action in the release queue: its grant is issued when it leaves. Times are UTC epoch milliseconds. */
export interface HoldState {
  status: 'held' | 'released' | 'recalled' | 'lapsed';
  /** When it leaves by itself; null until somebody releases it. */
  release_at: number | null;
  /** When the clock looks at it next: a freeze keeps it until the lift. */
  due_at: number | null;
  readonly held_at: number;
  changed_at: number;
}

export interface OutcomeState {
  readonly reported_by: string;
  readonly status: string;
  readonly result: string | null;
  readonly post_checks: string | null;
  readonly occurred_at: number | null;
  readonly recorded_at: number;
  readonly outcome_without_redemption: boolean;
}

/** A person whose word ended a request. */
export type Decider = Pick<VoteState, 'issuer' | 'subject' | 'reason'>;

/** How the action ended, as the agent reads it. */
export interface Resolution {
  readonly status: Exclude<RequestStatus, 'pending' | 'answered'>;
  readonly resolved_by: ResolvedBy;
  /** Whose word it was; null for policy, the clock and the agent. */
  readonly by: Decider | null;
  readonly resolved_at: number;
}

/** How a request ended. */
export type RequestEnd = Omit<Resolution, 'status'> & { readonly status: Exclude<RequestStatus, 'pending'> };

/** What a call was answered; a repeated call gets it again. */
export interface Remembered {
  readonly body_hash: string;
  readonly code: string;
  readonly rule: string | null;
  readonly at: number;
  readonly retry_after_s?: number;
}

/** Everything known of one decided action. The proposal itself stays encoded in `decided.action`. */
export interface ActionState {
  readonly decided: ActionDecided;
  /** Which actions it replaces or takes back; null for most, which name none. */
  readonly names: { readonly supersedes: string | null; readonly reverses: string | null } | null;
  readonly decided_at: number;
  /** Log time at which the action is forgotten. */
  readonly forget_at: number;
  /** The request that the decision opened: it binds, or it is advisory. */
  request: RequestState | null;
  /** The audit of a sampled action. */
  audit: RequestState | null;
  hold: HoldState | null;
  grant: GrantState | null;
  resolution: Resolution | null;
  outcome: OutcomeState | null;
  /** Edited versions in order; the last one binds. */
  readonly versions: VersionState[];
  /** Answers to calls that took effect; each kind of call is bounded by itself. */
  remembered: Map<string, Remembered> | null;
  /** Answers to the last calls that were refused. */
  refused: Map<string, Remembered> | null;
  /** How often each caller did what may be done again and again. */
  accepted: Map<string, number> | null;
}

/** Actions that name the same other one. */
export type Linked = ActionState[];

/** A kill switch that is on. */
export interface FreezeState {
  readonly tenant: string;
  readonly freeze_id: string;
  readonly agent_id: string | null;
  readonly action_type: string | null;
  readonly issuer: string;
  readonly subject: string;
  readonly reason: string | null;
  readonly since: number;
  renewed_at: number;
}

export interface Deadline {
  readonly at: number;
  readonly what: 'expire' | 'expire_audit' | 'alarm' | 'alarm_audit' | 'release' | 'lapse' | 'forget';
  readonly action: ActionState;
}

export interface Counters {
  folded: number;
  /** Second decisions of the same body that say something else. */
  conflicting_decisions: number;
  /** Decisions of another body under a known action id. */
  duplicate_bodies: number;
  /** Decisions that came more than 24 h after their proposal. */
  too_old: number;
  /** Times that somebody broke the glass. */
  glass_broken: number;
}

/** State of one partition of the approval log. Changed only by `apply`. */
export interface PartitionState {
  readonly partition: number;
  readonly publishes: boolean;
  /** Largest LogAppendTime folded so far, UTC epoch milliseconds; 0 before the first record. */
  log_time: number;
  readonly actions: Map<string, ActionState>;
  /** Actions that name others, by the id of the one that is named. */
  readonly links: Map<string, Linked>;
  /** Pending requests, by request id. */
  readonly pending: Map<string, ActionState>;
  /** All requests and grants that are remembered, by their ids. */
  readonly requests: Map<string, ActionState>;
  readonly grants: Map<string, ActionState>;
  readonly freezes: Map<string, FreezeState>;
  /** Log time of the lift of freezes that are over, by their ids: a record that is put again does not freeze again. */
  readonly lifted: Map<string, number>;
  readonly deadlines: Heap<Deadline>;
  readonly counters: Counters;
  readonly rotation: Rotation;
  /** Texts and gates that many actions share, kept once. */
  readonly shared: Shared;
}

export const HOUR_MS = 3_600_000;
/** How long every action is remembered at least, milliseconds: 8 days. A decision may say longer (`remember_s`). */
export const HORIZON_MS = 8 * 24 * HOUR_MS;

/** The longest that a decision may have an action remembered: a cold instance reads so far back. */
export const LONGEST_HORIZON_MS = 31 * 24 * HOUR_MS;

export interface StateOptions {
  /** Whether `apply` builds public events. Default true. */
  readonly publishes?: boolean;
}

/** An empty partition, before its first record. */
export const createState = (partition: number, options: StateOptions = {}): PartitionState => ({
  partition,
  publishes: options.publishes ?? true,
  log_time: 0,
  actions: new Map(),
  links: new Map(),
  pending: new Map(),
  requests: new Map(),
  grants: new Map(),
  freezes: new Map(),
  lifted: new Map(),
  deadlines: new Heap(sooner),
  rotation: createRotation(),
  shared: createShared(),
  counters: { folded: 0, conflicting_decisions: 0, duplicate_bodies: 0, too_old: 0, glass_broken: 0 },
});

const RANK = { expire: 0, expire_audit: 1, alarm: 2, alarm_audit: 3, release: 4, lapse: 5, forget: 6 } as const;

// A total order, so that every instance settles deadlines of one moment in the same sequence.
function sooner(a: Deadline, b: Deadline): boolean {
  if (a.at !== b.at) return a.at < b.at;
  const [left, right] = [a.action.decided.action_id, b.action.decided.action_id];
  return left === right ? RANK[a.what] < RANK[b.what] : left < right;
}

/** One person: issuer and subject, never a name or an e-mail address. */
export const personKey = (issuer: string, subject: string): string => `${issuer}\n${subject}`;

/** Who let the action go without its quorum; null when nobody did. */
export const glassBroken = ({ resolution }: Pick<ActionState, 'resolution'>): Decider | null =>
  resolution?.resolved_by === 'admin' ? resolution.by : null;

/** Version of the action that is on the table, 1 for the proposed one. */
export const currentVersion = (action: ActionState): number => action.versions.length + 1;
