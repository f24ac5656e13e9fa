import type { ActionDecided, EventMap, Gate } from '@countersign/events';
import type { Someone } from './gates.js';

/**
 * The rules of the approval log, written a second time and as plainly as possible. Nothing of the fold is used. Clocks
 * are kept as the time that is left, which runs down except while a kill switch stands; every question is answered by
 * walking over everything.
 */
export interface Cast {
  readonly who: Someone;
  readonly vote: string;
  /** Edits before this vote. */
  readonly edits: number;
  readonly release_at: number | null;
  counts: boolean;
  /** True when evidence came after it: this person may approve again. */
  again: boolean;
}

/** As packets show it. */
interface Attachment {
  readonly attachment_id: string;
  readonly kind: string;
  readonly name: string;
  readonly media_type: string;
  readonly size_bytes: number;
  readonly sha256: string;
  readonly attached_by: { readonly issuer: string | null; readonly subject: string; readonly role: string };
}

/** A request to people. Times that are left are milliseconds of running time. */
export interface Ask {
  readonly id: string;
  readonly kind: 'approval' | 'advisory' | 'audit';
  status: string;
  gate: Gate;
  digest: string;
  packet: string;
  /** The packet's digest without attachments. */
  bare: string;
  readonly evidence: Attachment[];
  readonly opened: number;
  readonly respond: number;
  /** How long kill switches stood while it was open. */
  stood: number;
  expire: number;
  readonly reminders: number[];
  reminded: number;
  /** Until the clock escalates; null when nobody does any more. */
  escalate: number | null;
  escalated: boolean;
  claim: { readonly who: Someone; left: number } | null;
  assignee: Someone | null;
  /** The service has said that nobody can be assigned, and nobody was since. */
  pooled: boolean;
  readonly recused: Someone[];
  /** When each person was first shown the packet on the table. */
  seen: { readonly who: Someone; readonly at: number }[];
  readonly votes: Cast[];
}

export interface Action {
  readonly decided: ActionDecided;
  readonly forget: number;
  status: string;
  request: Ask | null;
  audit: Ask | null;
  grant: { status: string; left: number; readonly digest: string; executor: string | null } | null;
  hold: { status: string; at: number | null } | null;
  readonly edits: { readonly digest: string; readonly audit_packet: string | null; readonly editor: Someone }[];
  readonly answers: Map<string, { readonly body: string; readonly answer: Answer }>;
}

export interface Answer {
  readonly code: string;
  readonly rule: string | null;
}
export const OK: Answer = { code: 'ok', rule: null };
export const no = (code: string, rule: string | null = null): Answer => ({ code, rule });

export interface World {
  now: number;
  readonly freezes: Map<string, EventMap['FreezeRequested']>;
  readonly lifted: Map<string, number>;
  readonly actions: Map<string, Action>;
  /** What became public in this step, in no order. */
  said: string[];
}

export const createWorld = (): World => ({
  now: 0,
  freezes: new Map(),
  lifted: new Map(),
  actions: new Map(),
  said: [],
});

export const say = (world: World, ...words: unknown[]): void => void world.said.push(words.join(' '));

export const isFrozen = ({ freezes }: World, { decided }: Action): boolean =>
  [...freezes.values()].some(
    ({ tenant, agent_id, action_type }) =>
      tenant === decided.tenant &&
      (agent_id ?? decided.agent_id) === decided.agent_id &&
      (action_type ?? decided.action_type) === decided.action_type,
  );

export const asksOf = ({ request, audit }: Action): Ask[] =>
  [request, audit].filter((ask): ask is Ask => ask !== null && ask.status === 'pending');

export const respondBy = ({ opened, respond, stood }: Ask): number => opened + respond + stood;

/** Ends a request. Only what binds ends the action with it. */
export function end(world: World, action: Action, ask: Ask, how: { status: string; by: string; at: number }): void {
  ask.status = how.status;
  if (ask.kind === 'approval') action.status = how.status;
  say(world, 'RequestResolved', ask.id, how.status, how.by, how.at, ask.stood);
}

export function issue(
  world: World,
  action: Action,
  digest: string,
  { at, ttl_s }: { at: number; ttl_s: number },
): void {
  action.grant = { status: 'issued', left: at + ttl_s * 1000 - world.now, digest, executor: null };
  say(world, 'GrantIssued', action.decided.action_id, digest, at, Math.min(at + ttl_s * 1000, action.forget));
}

/** Lets a held action go. */
export function letGo(world: World, action: Action, at: number): void {
  if (action.hold === null || action.request === null) return;
  action.hold.status = 'released';
  say(world, 'HoldChanged', action.decided.action_id, 'released', action.hold.at, at);
  issue(world, action, action.request.digest, { at, ttl_s: action.request.gate.grant_ttl_s });
}
