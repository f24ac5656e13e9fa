import { TOO_OLD_MS } from '@countersign/events';
import type { FreezeRequested } from '@countersign/events';
import { scheduleAlarm } from './alarms.js';
import { schedule } from './schedule.js';
import { refuse } from './facts.js';
import type { Answer, Refusal, Turn } from './facts.js';
import { isFrozen, openClocks } from './freeze.js';
import { scheduleRelease } from './hold.js';
import { answer } from './remember.js';
import { HOUR_MS } from './state.js';
import type { ActionState, FreezeState, PartitionState, RequestState } from './state.js';

/**
 * Sets or lifts a kill switch. Setting one that is on renews it: instances repeat a standing freeze, so that one
 * which starts reading later than its first record knows of it too. One that was lifted is over, whoever repeats it.
 */
export function foldFreeze(turn: Turn, asked: FreezeRequested): Answer {
  return answer(turn, refusalOf(turn, asked));
}

function refusalOf(turn: Turn, asked: FreezeRequested): Refusal | null {
  if (!asked.roles.includes('admin')) return refuse('forbidden');
  const known = turn.state.freezes.get(asked.freeze_id);
  if (known !== undefined && known.tenant !== asked.tenant) return refuse('not_found');
  return asked.frozen ? set(turn, asked, known) : lift(turn, asked, known);
}

function set(turn: Turn, asked: FreezeRequested, known: FreezeState | undefined): Refusal | null {
  if (known !== undefined && !isSame(known, asked)) return refuse('duplicate_request');
  if (isOver(turn, asked.freeze_id)) return refuse('already_terminal');
  if (known === undefined) freeze(turn, asked);
  else known.renewed_at = turn.now;
  return null;
}

const isSame = (known: FreezeState, asked: FreezeRequested): boolean =>
  known.agent_id === asked.agent_id && known.action_type === asked.action_type && known.reason === asked.reason;

function freeze(turn: Turn, asked: FreezeRequested): void {
  const { state, now } = turn;
  const { tenant, freeze_id, agent_id, action_type, issuer, subject, reason } = asked;
  state.freezes.set(freeze_id, {
    ...{ tenant, freeze_id, agent_id, action_type, issuer, subject, reason },
    ...{ since: now, renewed_at: now },
  });
  for (const action of state.actions.values()) pause(turn, action);
  publish(turn, asked);
}

function lift(turn: Turn, asked: FreezeRequested, known: FreezeState | undefined): null {
  if (known === undefined) return null;
  remember(turn, asked.freeze_id);
  turn.state.freezes.delete(asked.freeze_id);
  for (const action of turn.state.actions.values()) resume(turn, action);
  publish(turn, asked);
  return null;
}

/** How long a record of its setting can be put again after the lift, milliseconds. */
const REMEMBER_MS = TOO_OLD_MS + HOUR_MS;

const isOver = ({ state, now }: Turn, freeze_id: string): boolean =>
  now <= (state.lifted.get(freeze_id) ?? -Infinity) + REMEMBER_MS;

function remember({ state, now }: Turn, freeze_id: string): void {
  for (const [id, at] of state.lifted) if (at + REMEMBER_MS < now) state.lifted.delete(id);
  state.lifted.set(freeze_id, now);
}

function pause({ state, now }: Turn, action: ActionState): void {
  const clocks = openClocks(action);
  if (clocks.length === 0 || !isFrozen(state, action)) return;
  for (const [, clock] of clocks) clock.paused_at ??= now;
}

function resume({ state, now }: Turn, action: ActionState): void {
  const clocks = openClocks(action);
  const isHeld = action.hold?.status === 'held';
  if ((clocks.length === 0 && !isHeld) || isFrozen(state, action)) return;
  if (isHeld) scheduleRelease(state, action, now);
  for (const [ending, clock] of clocks) {
    if (clock.paused_at === null) continue;
    const stood = now - clock.paused_at;
    clock.paused_at = null;
    clock.paused_ms += stood;
    clock.expires_at += stood;
    const waiting = [action.request, action.audit].find((request) => request === clock);
    schedule(state, action, ending, clock);
    if (waiting) resumeRequest(state, action, waiting, now - stood);
  }
}

/** A claim that was made while the clocks stood has stood since then only. */
function resumeRequest(state: PartitionState, action: ActionState, request: RequestState, since: number): void {
  request.respond_by += state.log_time - since;
  const { claim_until, claimed_at } = request;
  if (claim_until !== null) request.claim_until = claim_until + state.log_time - Math.max(since, claimed_at ?? since);
  scheduleAlarm(state, action, request);
}

function publish({ state, events, now }: Turn, asked: FreezeRequested): void {
  const { tenant, freeze_id, frozen, agent_id, action_type, issuer, subject, reason } = asked;
  const scope = { tenant, freeze_id, partition: state.partition, frozen, agent_id, action_type };
  events.push({ name: 'FreezeChanged', event: { ...scope, issuer, reviewer_id: subject, reason, changed_at: now } });
}
