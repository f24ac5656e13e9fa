import type { OutcomeFiled } from '@countersign/events';
import { about, actionOf, publish, refuse } from './facts.js';
import type { Answer, Turn } from './facts.js';
import { readJson } from './read-json.js';
import { answer, once } from './remember.js';
import { schedule } from './schedule.js';
import type { ActionState } from './state.js';

/** Records what the executor reports. The latest report counts; one without a redemption is kept and flagged. */
export function foldOutcome(turn: Turn, filed: OutcomeFiled): Answer {
  const action = actionOf(turn, filed);
  if (action === null) return answer(turn, refuse('not_found'));
  const call = { key: `outcome|${filed.reported_by}|${filed.client_request_id}`, body_hash: filed.body_hash };
  return once(turn, action, call, () => {
    record(turn, action, filed);
    closeAdvice(turn, action);
    return null;
  });
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
