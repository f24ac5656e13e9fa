import type { OutcomeFiled } from '@countersign/events';
import { about, actionOf, publish, refuse } from './facts.js';
import type { Answer, Refusal, Turn } from './facts.js';
import { readJson } from './read-json.js';
import { answer, isWornOut, once, rememberedOf } from './remember.js';
import type { Call } from './remember.js';
import { schedule } from './schedule.js';
import type { ActionState } from './state.js';

/** Records what the executor reports. The latest report counts; one without a redemption is kept and flagged. */
export function foldOutcome(turn: Turn, filed: OutcomeFiled): Answer {
  const action = actionOf(turn, filed);
  if (action === null) return answer(turn, refuse('not_found'));
  if (!mayReport(action, filed)) return answer(turn, refuse('not_found'));
  return once(turn, action, callOf(filed), () => {
    record(turn, action, filed);
    closeAdvice(turn, action);
    return null;
  });
}

/** What the log would refuse as far as is known here, so that it is not filled with what it will not take. */
export function foreseeOutcome(action: ActionState, filed: OutcomeFiled): Refusal | null {
  if (!mayReport(action, filed)) return refuse('not_found');
  const { key, by } = callOf(filed);
  return rememberedOf(action, key) === undefined && isWornOut(action, by) ? refuse('too_many') : null;
}

/** The agent that proposed, and the executor that redeemed. */
function mayReport({ decided, grant }: ActionState, { by_executor, reported_by }: OutcomeFiled): boolean {
  if (!by_executor) return reported_by === decided.agent_id;
  return grant?.status === 'consumed' && reported_by === grant.executor_id;
}

function callOf({ by_executor, reported_by, client_request_id, body_hash }: OutcomeFiled): Call & { by: string } {
  const by = `outcome|${by_executor ? 'executor' : 'agent'}|${reported_by}`;
  return { key: `${by}|${client_request_id}`, body_hash, by };
}

/**
 * Advice is asked for until people had the gate's time to respond after the first outcome, so that an agent that
 * reports at once does not silence them, and no longer than the request would have been open anyway.
 */
function closeAdvice({ state, now }: Turn, action: ActionState): void {
  const { request } = action;
  if (request?.kind !== 'advisory' || request.status !== 'pending') return;
  // While its clock stands the time that is left begins to run with the lift, not before it.
  const closes_at = (request.paused_at ?? now) + request.gate.respond_s * 1000;
  if (closes_at >= request.expires_at) return;
  request.expires_at = closes_at;
  schedule(state, action, 'expire', request);
}

function record(turn: Turn, action: ActionState, filed: OutcomeFiled): void {
  const { reported_by, status, result, post_checks, occurred_at } = filed;
  const outcome_without_redemption = action.grant?.status !== 'consumed';
  const report = {
    reported_by,
    status,
    result,
    post_checks,
    occurred_at,
    outcome_without_redemption,
    recorded_at: turn.now,
  };
  action.outcome = report;
  publish(turn, 'OutcomeRecorded', action, () =>
    about(action, Object.assign({ post_checks_failed: failedChecks(post_checks) }, report)),
  );
}

function failedChecks(postChecks: string | null): number {
  const checks = readJson(postChecks, []);
  if (!Array.isArray(checks)) return 0;
  return checks.filter((check) => (check as { passed?: unknown } | null)?.passed === false).length;
}
