import type { OutcomeFiled } from '@countersign/events';
import { about, actionOf, publish, refuse } from './facts.js';
import type { Answer, Turn } from './facts.js';
import { readJson } from './read-json.js';
import { answer, once } from './remember.js';
import { resolve } from './resolve.js';
import type { ActionState } from './state.js';

/** Records what the executor reports. The latest report counts; one without a redemption is kept and flagged. */
export function foldOutcome(turn: Turn, filed: OutcomeFiled): Answer {
  const action = actionOf(turn, filed);
  if (action === null) return answer(turn, refuse('not_found'));
  const call = { key: `outcome|${filed.reported_by}|${filed.client_request_id}`, body_hash: filed.body_hash };
  return once(turn, action, call, () => {
    record(turn, action, filed);
    // What a reviewer would have done is worth asking only as long as nobody knows how it went.
    if (action.request?.kind === 'advisory')
      resolve(turn, action, action.request, {
        status: 'cancelled',
        resolved_by: 'agent',
        vote: null,
        resolved_at: turn.now,
      });
    return null;
  });
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
