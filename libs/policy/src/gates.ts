import { canonicalBytes } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import { fewestPeople, gateStrictness } from '@countersign/events';
import type { Gate, Quorum } from '@countersign/events';
import type { CompiledCalendar } from './calendar.js';
import { gate } from './gate-document.js';
import type { GateDeclaration, QuorumDeclaration } from './gate-document.js';

const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;
/** How long the log's readers remember an action at least, seconds. */
const REMEMBERED_S = 8 * DAY_S;
/** A decision carries four gates at most, beside all else. */
const MAX_GATE_BYTES = 16 * 1024;
/** The longest that a gate may make them remember one: every instance folds so much of the log when it starts. */
const LONGEST_S = 31 * DAY_S;
const APPROVED_TTL_S = DAY_S;
/** Shortest and longest life of a grant, seconds. */
const GRANT_TTL_S = { min: 60, max: 7 * DAY_S };

const URGENT_SLA = { respond: HOUR_S, expire: 24 * HOUR_S };
const USUAL_SLA = { respond: 24 * HOUR_S, expire: 72 * HOUR_S };

/** A gate in its two forms: where the impact is high people answer sooner, unless the gate sets its own times. */
export interface CompiledGate {
  readonly name: string;
  /** Rises with strictness; see `gateStrictness`. */
  readonly severity: number;
  /** An action without a diff is denied. */
  readonly diffRequired: boolean;
  /** Probability of a random audit of what this gate was asked for; null: the policy's own. */
  readonly sample: number | null;
  /** Seconds to read each KiB, added to the dwell; 0: a packet's size does not count. */
  readonly dwellPerKb: number;
  /** Whose working hours the times to remind, respond and escalate count; null: every hour. */
  readonly calendar: CompiledCalendar | null;
  /** The gates that bind together; empty for one by itself. */
  readonly parts: readonly CompiledGate[];
  readonly urgent: Gate;
  readonly usual: Gate;
}

const REMINDERS = [0.5, 0.9];
const CLAIM_S = 900;
const BATCH_MAX = 50;

type Sla = Pick<NonNullable<GateDeclaration['sla']>, 'respond' | 'expire' | 'remind' | 'escalate'> & {
  readonly escalate_to?: string[];
};

const unique = <T>(items: readonly T[]): T[] => [...new Set(items)];

/** A part of a quorum with nobody named takes the people of its gate. */
function quorumOf(part: QuorumDeclaration, { roles, people }: GateDeclaration): Quorum {
  const named = part.roles.length > 0 || part.people.length > 0;
  return Object.freeze(named ? { ...part } : { ...part, roles, people });
}

type Who = Pick<Gate, 'quorum' | 'roles' | 'thresholds' | 'factors' | 'stages' | 'people' | 'all'>;
type Times = Pick<Gate, 'respond_s' | 'expire_s' | 'remind_s' | 'escalate_s' | 'escalate_roles'>;
type Votes = Pick<
  Gate,
  | 'deny_quorum'
  | 'exclude'
  | 'permit'
  | 'reason'
  | 'reason_min_length'
  | 'reason_presets'
  | 'evidence'
  | 'reason_fast_s'
  | 'min_dwell_s'
>;
type Handling = Pick<Gate, 'assign' | 'claim_s' | 'batch_fields' | 'batch_max' | 'review_rate' | 'break_glass_s'>;

/** Who may vote: the gate's own roles and people, and those of its parts. */
function whoOf(declaration: GateDeclaration): Who {
  const thresholds = declaration.thresholds.map((part) => quorumOf(part, declaration));
  const factors = declaration.factors.map((part) => quorumOf(part, declaration));
  const stages = declaration.stages.map((part) => quorumOf(part, declaration));
  const parts = [declaration, ...thresholds, ...factors, ...stages];
  const roles = unique(parts.flatMap((part) => part.roles));
  const people = unique(parts.flatMap((part) => part.people));
  const quorum = fewestPeople({ quorum: declaration.quorum ?? 1, thresholds, factors, stages });
  return { quorum, thresholds, factors, stages, roles, people, all: [] };
}

/**
 * When somebody is reminded, and who hears of it when nobody answers. Seconds of working time where a calendar counts. A
 * gate that names nobody for it is never escalated.
 */
function timesOf({ respond, expire, remind = REMINDERS, escalate, escalate_to = [] }: Sla): Times {
  const remind_s = unique(remind.map((share) => Math.max(1, Math.round(share * respond))));
  return {
    ...{ respond_s: respond, expire_s: expire, remind_s },
    ...{ escalate_s: escalate_to.length === 0 ? null : (escalate ?? respond), escalate_roles: unique(escalate_to) },
  };
}

function votesOf(declaration: GateDeclaration): Votes {
  const { deny_quorum, exclude, permit, reason, reason_min_length, reason_presets, evidence } = declaration;
  const { dwell = declaration.dwell_per_kb === undefined ? null : 0 } = declaration;
  const times = { reason_fast_s: declaration.reason_fast ?? null, min_dwell_s: dwell };
  return { deny_quorum, exclude, permit, reason, reason_min_length, reason_presets, evidence, ...times };
}

function handlingOf({ assign, claim, batch, audit, break_glass }: GateDeclaration): Handling {
  const batches = { batch_fields: batch?.fields ?? [], batch_max: batch?.max ?? BATCH_MAX };
  const later = { review_rate: audit.review ?? null, break_glass_s: break_glass?.ttl ?? null };
  return { assign, claim_s: claim ?? CLAIM_S, ...batches, ...later };
}

function gateOf(name: string, declaration: GateDeclaration, sla: Sla): Gate {
  const { pattern, token, hold = pattern === 'hold-before-send' } = declaration;
  return Object.freeze({
    ...{ name, pattern, hold },
    ...whoOf(declaration),
    ...votesOf(declaration),
    ...timesOf(sla),
    ...handlingOf(declaration),
    ...{ grant_ttl_s: token.ttl ?? APPROVED_TTL_S, token_audience: token.audience ?? null },
  });
}

/** @param calendars those of the policy; one that is missing is the caller's problem to report */
export function compileGate(
  name: string,
  declaration: GateDeclaration,
  calendars: ReadonlyMap<string, CompiledCalendar> = new Map(),
): CompiledGate {
  const form = (sla: Sla): Gate => gateOf(name, declaration, declaration.sla ?? sla);
  const usual = form(USUAL_SLA);
  const diffRequired = declaration.pattern === 'dry-run' && declaration.diff === 'required';
  const calendar = calendars.get(declaration.sla?.calendar ?? '') ?? null;
  const sample = declaration.audit.sample ?? null;
  const dwellPerKb = declaration.dwell_per_kb ?? 0;
  const own = { diffRequired, sample, dwellPerKb, calendar, parts: [] };
  return { name, severity: gateStrictness(usual), ...own, urgent: form(URGENT_SLA), usual };
}

/** What is wrong with a grant's life in seconds, or null. */
export const grantTtlFault = (seconds: number): string | null =>
  seconds < GRANT_TTL_S.min || seconds > GRANT_TTL_S.max ? 'expected a grant life from 1m to 7d' : null;

/** What is wrong with who must approve, or null. */
export function quorumFault({ quorum, thresholds, factors, stages, roles, people }: GateDeclaration): string | null {
  const parts = [...thresholds, ...factors, ...stages];
  if ((quorum === undefined) === (parts.length === 0))
    return 'expected either `quorum`, or `thresholds` or `factors` instead of it, or `stages` alone';
  if (stages.length > 0 && parts.length > stages.length)
    return 'expected `stages` alone, without `thresholds` and `factors`';
  if (new Set(parts.map(({ name }) => name)).size < parts.length)
    return 'expected a name for each threshold, factor and stage that no other one of the gate has';
  const nobody = roles.length + people.length === 0;
  const open = parts.length === 0 || parts.some((part) => part.roles.length + part.people.length === 0);
  return nobody && open ? 'expected `roles` or `people` who may vote' : null;
}

/** What is wrong with what a gate's pattern needs, or null. */
export function patternFault({ pattern, exceptions, environments }: GateDeclaration): string | null {
  if (exceptions.length > 0 && pattern !== 'exception-only')
    return 'expected the pattern exception-only beside `exceptions`';
  return environments.length > 0 && pattern !== 'environment'
    ? 'expected the pattern environment beside `environments`'
    : null;
}

/** What is wrong with when a gate escalates, or null. */
export const escalationFault = ({ sla }: GateDeclaration): string | null =>
  (sla?.escalate ?? 0) > (sla?.expire ?? Infinity) ? 'expected `sla.escalate` to be at most `sla.expire`' : null;

/** What is wrong with a gate's times, or null. */
export function gateFault({ urgent, usual }: CompiledGate): string | null {
  const ttlFault = grantTtlFault(usual.grant_ttl_s);
  if (ttlFault !== null) return ttlFault;
  if (usual.respond_s > usual.expire_s) return 'expected `sla.respond` to be at most `sla.expire`';
  if ((usual.escalate_s ?? 0) > usual.expire_s) return 'expected `sla.escalate` to be at most `sla.expire`';
  if (canonicalBytes(usual as unknown as JsonValue) > MAX_GATE_BYTES)
    return 'expected fewer or shorter names of people, roles and parts: every decision by this gate carries all of it';
  return needsSeconds({ urgent, usual }) > LONGEST_S
    ? 'expected `sla.expire` (default 72h) + `token.ttl` (default 24h) + 24h to be at most 31d'
    : null;
}

/** How long an action must be remembered for this gate, seconds: waiting, then the grant's life, and a day of slack. */
export const needsSeconds = ({ urgent, usual }: Pick<CompiledGate, 'urgent' | 'usual'>): number =>
  Math.max(urgent.expire_s + urgent.grant_ttl_s, usual.expire_s + usual.grant_ttl_s) + DAY_S;

/** How long actions must be remembered for any of the gates, seconds: 8 days at least. */
export const remembersSeconds = (gates: Iterable<CompiledGate>): number =>
  Math.max(REMEMBERED_S, ...[...gates].map(needsSeconds));

/** Speaks where no policy does: one person of the role `approver`. Nothing switches it off. */
export const BUILT_IN_GATE = compileGate('built-in', gate.parse({ quorum: 1, roles: ['approver'] }));
