import type { Gate, Quorum } from '@countersign/events';
import type { CompiledCalendar } from './calendar.js';
import { gate } from './gate-document.js';
import type { GateDeclaration, QuorumDeclaration } from './gate-document.js';
import { gateSeverity } from './strictness.js';

const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;
/** H: how long the log's readers remember an action. Waiting, the grant's life and a day of slack must fit into it. */
const REMEMBERED_S = 8 * DAY_S;
const APPROVED_TTL_S = DAY_S;
/** Shortest and longest life of a grant, seconds. */
const GRANT_TTL_S = { min: 60, max: 7 * DAY_S };

const URGENT_SLA = { respond: HOUR_S, expire: 24 * HOUR_S };
const USUAL_SLA = { respond: 24 * HOUR_S, expire: 72 * HOUR_S };

/** A gate in its two forms: where the impact is high people answer sooner, unless the gate sets its own times. */
export interface CompiledGate {
  readonly name: string;
  /** Rises with strictness; see `gateSeverity`. */
  readonly severity: number;
  /** An action without a diff is denied. */
  readonly diffRequired: boolean;
  /** Whose working hours the time to respond counts; null: every hour. */
  readonly calendar: CompiledCalendar | null;
  readonly urgent: Gate;
  readonly usual: Gate;
}

/** What a gate asks for beyond the quorum, where it says nothing of it. */
const CARE = {
  stages: [],
  remind_s: [],
  escalate_s: null,
  escalate_roles: [],
  assign: 'pool',
  claim_s: 900,
  min_dwell_s: null,
  batch_max: 50,
  review_rate: null,
} as const;

const unique = (items: readonly string[]): string[] => [...new Set(items)];

/** A part of a quorum with nobody named takes the people of its gate. */
function quorumOf(part: QuorumDeclaration, { roles, people }: GateDeclaration): Quorum {
  const named = part.roles.length > 0 || part.people.length > 0;
  return Object.freeze(named ? { ...part } : { ...part, roles, people });
}

/** Least number of distinct people who can fulfil the gate. */
function leastPeople({ quorum, thresholds, factors }: GateDeclaration): number {
  const all = factors.reduce((sum, { count }) => sum + count, 0);
  const any = thresholds.length === 0 ? 0 : Math.min(...thresholds.map(({ count }) => count));
  return Math.max(quorum ?? 0, all, any, 1);
}

/** Who may vote: the gate's own roles and people, and those of its parts. */
function whoOf(declaration: GateDeclaration): Pick<Gate, 'quorum' | 'roles' | 'thresholds' | 'factors' | 'people'> {
  const thresholds = declaration.thresholds.map((part) => quorumOf(part, declaration));
  const factors = declaration.factors.map((part) => quorumOf(part, declaration));
  const parts = [declaration, ...thresholds, ...factors];
  const roles = unique(parts.flatMap((part) => part.roles));
  const people = unique(parts.flatMap((part) => part.people));
  return { quorum: leastPeople(declaration), thresholds, factors, roles, people };
}

function gateOf(name: string, declaration: GateDeclaration, sla: { respond: number; expire: number }): Gate {
  const { pattern, deny_quorum, exclude, reason, reason_min_length, token, evidence } = declaration;
  const votes = { deny_quorum, exclude, reason, reason_min_length, reason_fast_s: declaration.reason_fast ?? null };
  const times = { respond_s: sla.respond, expire_s: sla.expire, grant_ttl_s: token.ttl ?? APPROVED_TTL_S };
  const hold = declaration.hold ?? pattern === 'hold-before-send';
  const rest = { evidence, hold, batch_fields: declaration.batch?.fields ?? [] };
  return Object.freeze({
    name,
    pattern,
    ...whoOf(declaration),
    ...votes,
    ...times,
    ...rest,
    ...CARE,
    token_audience: token.audience ?? null,
  });
}

/** @param calendars those of the policy; one that is missing is the caller's problem to report */
export function compileGate(
  name: string,
  declaration: GateDeclaration,
  calendars: ReadonlyMap<string, CompiledCalendar> = new Map(),
): CompiledGate {
  const form = (sla: { respond: number; expire: number }): Gate => gateOf(name, declaration, declaration.sla ?? sla);
  const usual = form(USUAL_SLA);
  const diffRequired = declaration.pattern === 'dry-run' && declaration.diff === 'required';
  const calendar = calendars.get(declaration.sla?.calendar ?? '') ?? null;
  return { name, severity: gateSeverity(usual), diffRequired, calendar, urgent: form(URGENT_SLA), usual };
}

/** What is wrong with a grant's life in seconds, or null. */
export const grantTtlFault = (seconds: number): string | null =>
  seconds < GRANT_TTL_S.min || seconds > GRANT_TTL_S.max ? 'expected a grant life from 1m to 7d' : null;

/** What is wrong with who must approve, or null. */
export function quorumFault({ quorum, thresholds, factors, roles, people }: GateDeclaration): string | null {
  const parts = [...thresholds, ...factors];
  if ((quorum === undefined) === (parts.length === 0))
    return 'expected either `quorum`, or `thresholds` or `factors` instead of it';
  if (new Set(parts.map(({ name }) => name)).size < parts.length)
    return 'expected a name for each threshold and factor that no other one of the gate has';
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

/** What is wrong with a gate's times, or null. */
export function gateFault({ urgent, usual }: CompiledGate): string | null {
  const ttlFault = grantTtlFault(usual.grant_ttl_s);
  if (ttlFault !== null) return ttlFault;
  if (usual.respond_s > usual.expire_s) return 'expected `sla.respond` to be at most `sla.expire`';
  const longest = Math.max(urgent.expire_s, usual.expire_s) + usual.grant_ttl_s + DAY_S;
  return longest > REMEMBERED_S
    ? 'expected `sla.expire` (default 72h) + `token.ttl` (default 24h) + 24h to be at most 8d'
    : null;
}

/** Speaks where no policy does: one person of the role `approver`. Nothing switches it off. */
export const BUILT_IN_GATE = compileGate('built-in', gate.parse({ quorum: 1, roles: ['approver'] }));
