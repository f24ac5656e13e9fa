import type { SdkError } from '../errors.js';
import type { ActionDocument, JsonObject } from '../types.js';

/** Name under which servers register the tool that goes on with a handle. */
export const RESUME_TOOL = 'countersign_resume';

/** What the gate itself answers; a model reads the text, a program the rest. */
export interface GateAnswer {
  [member: string]: unknown;
  content: { type: 'text'; text: string }[];
  structuredContent: JsonObject;
  isError?: boolean;
}

const answer = (text: string, structuredContent: JsonObject, isError = false): GateAnswer => ({
  content: [{ type: 'text', text }],
  structuredContent,
  ...(isError ? { isError } : {}),
});

function waitsFor({ request, held }: ActionDocument): string {
  if (held === true) return 'It is approved and held: somebody releases it, or it goes at the time that was named.';
  if (request === null) return 'It is not decided yet.';
  const { required, given } = request.approvals;
  const by = request.respond_by === null ? '' : ` An answer is expected by ${request.respond_by}.`;
  return `It waits for people (${request.roles.join(', ')}); ${given} of ${required} approvals are given.${by}`;
}

/** Not an error: the call did what it could. */
export function pendingAnswer(action: ActionDocument, handle: string): GateAnswer {
  const { action_id, status, request } = action;
  const text =
    `Nothing has been done yet. ${waitsFor(action)} Call ${RESUME_TOOL} later with this handle: ${handle}\n` +
    'Do not call the tool again for the same purpose: that would ask for a second action.';
  const shown = request === null ? null : { ...request, votes: request.votes ?? [] };
  return answer(text, { status: 'pending', stage: action.held ? 'held' : status, action_id, handle, request: shown });
}

const RETRIES = {
  never: 'Do not retry it and do not look for another way to the same effect.',
  new_proposal: 'If it is still wanted, call the tool anew; that is a new proposal.',
} as const;

/** Denied, expired, cancelled, revoked or lapsed: with what people said. */
export function refusedAnswer(action: ActionDocument): GateAnswer {
  const { action_id, resolution, grant, request } = action;
  const status = action.status === 'approved' ? (grant?.status ?? 'revoked') : action.status;
  const reasons = (request?.votes ?? []).flatMap(({ vote, reason }) => (vote === 'deny' && reason ? [reason] : []));
  const retry = resolution?.retry ?? (action.status === 'denied' || status === 'revoked' ? 'never' : 'new_proposal');
  const why = reasons.length > 0 ? `Reviewers said: ${reasons.join(' / ')}.` : (resolution?.message ?? '');
  const text = [`Nothing has been done: the action is ${status}.`, why, RETRIES[retry]].filter(Boolean).join(' ');
  return answer(text, { status, action_id, retry, reasons, message: resolution?.message ?? null }, true);
}

/** The grant is used up; what it released ran in another call, or was about to. */
export function alreadyAnswer({ action_id, outcome }: ActionDocument): GateAnswer {
  const known = outcome === null ? 'No outcome is recorded.' : `Its outcome is recorded: ${String(outcome['status'])}.`;
  const text = `This action was taken up once already and is not run again. ${known}`;
  return answer(text, { status: 'already_consumed', action_id, outcome });
}

/** Reviewers approved something else than what was asked for. */
export function changedAnswer({ action_id, effective }: ActionDocument): GateAnswer {
  const parameters = effective?.parameters ?? {};
  const text =
    'Nothing has been done: reviewers approved other parameters than those that were asked for: ' +
    `${JSON.stringify(parameters)}. Call the tool anew with these if they serve the purpose.`;
  return answer(text, { status: 'changed_by_reviewer', action_id, parameters, retry: 'new_proposal' }, true);
}

/** A fault before anything ran. */
export function faultAnswer({ code, message }: SdkError, handle: string | null): GateAnswer {
  const how = handle === null ? '' : ` Call ${RESUME_TOOL} later with this handle: ${handle}`;
  return answer(`Nothing has been done. ${code}: ${message}${how}`, { status: 'refused', code, handle }, true);
}
