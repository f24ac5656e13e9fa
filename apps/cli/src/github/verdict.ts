import type { ActionDocument } from '@countersign/sdk';
import type { Review } from './github-api.js';

/** Longest comment that GitHub takes, characters. */
const LONGEST = 1024;

/** What GitHub is told about an action that has ended. `passed` is whether its approval was consumed for this. */
export function reviewOf(action: ActionDocument, passed: boolean, environment_name: string): Review {
  const said = (action.request?.votes ?? []).flatMap(({ vote, reason }) => (reason ? [`${vote}: ${reason}`] : []));
  const state = passed ? 'approved' : 'rejected';
  const why = passed || action.status !== 'approved' ? action.status : 'approved, and the approval cannot be used';
  const message = passed ? null : action.resolution?.message;
  const lines = [`Countersign: ${why}.`, message, ...said, `Action ${action.action_id}`];
  return { environment_name, state, comment: lines.filter(Boolean).join('\n').slice(0, LONGEST).toWellFormed() };
}
