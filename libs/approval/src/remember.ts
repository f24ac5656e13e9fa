import type { Answer, Refusal, Turn } from './facts.js';
import { refuse } from './facts.js';
import type { ActionState, Remembered } from './state.js';

/**
 * A caller's call: `key` names kind, caller and client_request_id; `body_hash` covers everything in it. `by` names kind
 * and caller where the same caller may do it again and again.
 */
export interface Call {
  readonly key: string;
  readonly body_hash: string;
  readonly by?: string;
}

/** Refusals kept for each action, so that a flood of calls cannot fill the memory of every instance. */
export const MAX_REFUSED = 1_000;
/** Times that one caller may do the same thing to one action. */
export const MAX_ACCEPTED = 100;

export const answer = (turn: Turn, refusal: Refusal | null): Answer => ({
  code: refusal?.code ?? 'ok',
  rule: refusal?.rule ?? null,
  at: turn.now,
  repeated: false,
  ...wait(refusal ?? {}),
});

const wait = ({ retry_after_s }: { retry_after_s?: number }): { retry_after_s?: number } =>
  retry_after_s === undefined ? {} : { retry_after_s };

/** What a call was answered before, if that is still known. */
export const rememberedOf = ({ remembered, refused }: ActionState, key: string): Remembered | undefined =>
  remembered?.get(key) ?? refused?.get(key);

/** True when the caller has done this as often as an action takes it. */
export const isWornOut = ({ accepted }: ActionState, by: string | undefined): boolean =>
  by !== undefined && (accepted?.get(by) ?? 0) >= MAX_ACCEPTED;

/** Judges a call once: a copy of it gets the same answer again, another body under its id is refused. */
export function once(turn: Turn, action: ActionState, call: Call, judge: () => Refusal | null): Answer {
  const known = rememberedOf(action, call.key);
  if (known !== undefined) {
    if (known.body_hash !== call.body_hash) return answer(turn, refuse('duplicate_request'));
    return { code: known.code as Answer['code'], rule: known.rule, at: known.at, repeated: true, ...wait(known) };
  }
  const fresh = answer(turn, isWornOut(action, call.by) ? refuse('too_many') : judge());
  remember(action, call, fresh);
  return fresh;
}

// What took effect is never forgotten before its action: its answer must stay the same. Refusals go in their order.
function remember(action: ActionState, { key, body_hash, by }: Call, { code, rule, at, retry_after_s }: Answer): void {
  const kept = { body_hash, code, rule, at, ...wait({ retry_after_s }) };
  if (code === 'ok') {
    (action.remembered ??= new Map<string, Remembered>()).set(key, kept);
    if (by !== undefined) count(action, by);
    return;
  }
  const refused = (action.refused ??= new Map<string, Remembered>());
  const [oldest] = refused.keys();
  if (refused.size >= MAX_REFUSED && oldest !== undefined) refused.delete(oldest);
  refused.set(key, kept);
}

function count(action: ActionState, by: string): void {
  const accepted = (action.accepted ??= new Map<string, number>());
  accepted.set(by, (accepted.get(by) ?? 0) + 1);
}
