import type { CancelRequested } from '@countersign/events';
import { actionOf, refuse } from './facts.js';
import type { Answer, Turn } from './facts.js';
import { publishRefusal } from './refused.js';
import { answer, once } from './remember.js';
import { resolve } from './resolve.js';

/** The proposing agent takes back an action that still waits for people. A freeze does not keep it from doing so. */
export function foldCancel(turn: Turn, asked: CancelRequested): Answer {
  const action = actionOf(turn, asked);
  if (action === null || action.decided.agent_id !== asked.agent_id) return answer(turn, refuse('not_found'));
  const call = { key: `cancel|${asked.client_request_id}`, body_hash: JSON.stringify(asked.reason) };
  return once(turn, action, call, () => {
    if (action.resolution !== null) {
      const attempt = { attempt: 'cancellation', subject: asked.agent_id } as const;
      return publishRefusal(turn, action, attempt, refuse('already_terminal'));
    }
    resolve(turn, action, action.request, {
      status: 'cancelled',
      resolved_by: 'agent',
      by: null,
      resolved_at: turn.now,
    });
    return null;
  });
}
