import type { ActionDecided, Gate } from '@countersign/events';
import { DAY, HOUR } from '../records.js';
import { onTable } from './packet.js';
import type { Action, Ask, World } from './world.js';
import { end, issue, say } from './world.js';

/** The first decision of an action opens what it asks for. One that comes a day late opens nothing: false. */
export function decide(world: World, decided: ActionDecided): boolean {
  const submitted = Math.min(decided.submitted_at, decided.proposed_at);
  if (world.now - submitted > 24 * HOUR) return false;
  if (world.actions.has(decided.action_id)) return true;
  const action: Action = {
    ...{ decided, forget: submitted + 8 * DAY, status: 'pending', request: null, audit: null },
    ...{ grant: null, hold: null, edits: [], answers: new Map() },
  };
  world.actions.set(decided.action_id, action);
  say(world, 'DecisionRecorded', decided.action_id);
  const { effective_decision, gate, advisory_gate, packet_digest, request_id, digest } = decided;
  const [kind, asked] =
    effective_decision === 'require_approval' ? (['approval', gate] as const) : (['advisory', advisory_gate] as const);
  if (asked !== null && packet_digest !== null && effective_decision !== 'deny')
    action.request = openAsk(world, action, { id: request_id, kind, gate: asked, digest, packet: packet_digest });
  if (effective_decision === 'deny') action.status = 'denied';
  if (effective_decision !== 'allow') return true;
  action.status = 'approved';
  issue(world, action, digest, { at: world.now, ttl_s: decided.grant_ttl_s });
  sample(world, action);
  return true;
}

/** The audit of what was approved, on the version that was approved. */
export function sample(world: World, action: Action): void {
  const { audit_gate: gate, audit_request_id: id, audit_packet_digest, digest } = action.decided;
  const edit = action.edits.at(-1) ?? { digest, audit_packet: audit_packet_digest };
  if (gate === null || id === null || edit.audit_packet === null) return;
  action.audit = openAsk(world, action, { id, kind: 'audit', gate, digest: edit.digest, packet: edit.audit_packet });
}

function openAsk(world: World, action: Action, fresh: Pick<Ask, 'id' | 'kind' | 'gate' | 'digest' | 'packet'>): Ask {
  const { gate, kind, id } = fresh;
  const { respond_within_s } = action.decided;
  const hurry = kind === 'audit' || respond_within_s === null ? 1 : Math.min(1, respond_within_s / gate.respond_s);
  const evidence = kind === 'audit' ? [...(action.request?.evidence ?? [])] : [];
  const ask: Ask = {
    ...{ ...fresh, bare: fresh.packet, evidence, packet: onTable(fresh.packet, evidence) },
    ...{ status: 'pending', opened: world.now, respond: gate.respond_s * 1000 * hurry, stood: 0 },
    expire: timeToExpire(world, action, kind, gate),
    reminders: gate.remind_s.map((after) => Math.floor(after * 1000 * hurry)),
    escalate: gate.escalate_s === null ? null : gate.escalate_s * 1000,
    ...{ reminded: 0, escalated: false, claim: null, assignee: null, pooled: false, recused: [], seen: [], votes: [] },
  };
  const expires = Math.min(world.now + ask.expire, action.forget);
  say(world, 'RequestOpened', id, kind, gate.name, ask.opened + ask.respond, expires);
  return ask;
}

function timeToExpire(world: World, { decided }: Action, kind: Ask['kind'], gate: Gate): number {
  if (kind === 'advisory') return 7 * DAY;
  return gate.expire_s * 1000 - (kind === 'audit' ? 0 : world.now - decided.submitted_at);
}

/** The agent takes its action back. */
export const cancel = (world: World, action: Action): void => {
  if (action.request !== null) end(world, action, action.request, { status: 'cancelled', by: 'agent', at: world.now });
};
