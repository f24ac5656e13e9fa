import type { Answer, Refusal, Turn } from './facts.js';
import { refuse } from './facts.js';
import type { ActionState, Remembered } from './state.js';

/** A caller's call: `key` names kind, caller and client_request_id; `body_hash` covers everything in it. */
export interface Call {
  readonly key: string;
  readonly body_hash: string;
}

/** Answers kept for each action, so that a flood of calls cannot fill the memory of every instance. */
export const MAX_REMEMBERED = 1_000;

export const answer = (turn: Turn, refusal: Refusal | null): Answer => ({
  code: refusal?.code ?? 'ok',
  rule: refusal?.rule ?? null,
  at: turn.now,
  repeated: false,
  ...wait(refusal ?? {}),
});

const wait = ({ retry_after_s }: { retry_after_s?: number }): { retry_after_s?: number } =>
  retry_after_s === undefined ? {} : { retry_after_s };

/** Judges a call once: a copy of it gets the same answer again, another body under its id is refused. */
export function once(turn: Turn, action: ActionState, call: Call, judge: () => Refusal | null): Answer {
  const known = action.remembered?.get(call.key);
  if (known !== undefined) {
    if (known.body_hash !== call.body_hash) return answer(turn, refuse('duplicate_request'));
    return { code: known.code as Answer['code'], rule: known.rule, at: known.at, repeated: true, ...wait(known) };
  }
  const fresh = answer(turn, judge());
  remember(action, call, fresh);
  return fresh;
}

function remember(action: ActionState, { key, body_hash }: Call, { code, rule, at, retry_after_s }: Answer): void {
  const known = (action.remembered ??= new Map<string, Remembered>());
  if (known.size >= MAX_REMEMBERED) dropOldestRefusal(known);
  known.set(key, { body_hash, code, rule, at, ...wait({ retry_after_s }) });
}

// What took effect is never forgotten before its action: its answer must stay the same.
function dropOldestRefusal(known: Map<string, Remembered>): void {
  for (const [key, { code }] of known) {
    if (code === 'ok') continue;
    known.delete(key);
    return;
  }
}
