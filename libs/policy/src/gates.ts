import type { Gate } from '@countersign/events';
import type { GateDeclaration } from './document.js';
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
  readonly urgent: Gate;
  readonly usual: Gate;
}

function gateOf(name: string, declaration: GateDeclaration, sla: { respond: number; expire: number }): Gate {
  const { pattern, quorum, deny_quorum, roles, exclude, reason, reason_min_length, token } = declaration;
  const people = { quorum, deny_quorum, roles, exclude, reason, reason_min_length };
  const times = { respond_s: sla.respond, expire_s: sla.expire, grant_ttl_s: token.ttl ?? APPROVED_TTL_S };
  return Object.freeze({ name, pattern, ...people, ...times, token_audience: token.audience ?? null });
}

export function compileGate(name: string, declaration: GateDeclaration): CompiledGate {
  const form = (sla: { respond: number; expire: number }): Gate => gateOf(name, declaration, declaration.sla ?? sla);
  const usual = form(USUAL_SLA);
  return { name, severity: gateSeverity(usual), urgent: form(URGENT_SLA), usual };
}

/** What is wrong with a grant's life in seconds, or null. */
export const grantTtlFault = (seconds: number): string | null =>
  seconds < GRANT_TTL_S.min || seconds > GRANT_TTL_S.max ? 'expected a grant life from 1m to 7d' : null;

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
export const BUILT_IN_GATE = compileGate('built-in', {
  pattern: 'threshold',
  quorum: 1,
  deny_quorum: 1,
  roles: ['approver'],
  exclude: [],
  reason: 'never',
  reason_min_length: 1,
  token: {},
});
