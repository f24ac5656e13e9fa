import { canonicalize, CountersignError, pointerTo } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import { deriveMembers, saysTheSame } from '@countersign/policy';
import type { Derived, TypeTerms } from '@countersign/policy';
import { isJsonObject } from './action-body.js';
import type { JsonObject } from './action-body.js';

export interface StatedAfter {
  readonly after: JsonValue;
  readonly stated_by: 'agent' | 'countersign';
}

/** What the agent states of its effect. */
interface Effect {
  readonly before: JsonValue;
  readonly after: JsonValue;
  readonly parameters: JsonObject;
}

// Copies of large parameters could make an event that no broker takes.
const MAX_DERIVED_CHARACTERS = 262_144;

/**
 * The state after the action: derived where the action type declares how and the agent is silent, else the agent's own.
 * @throws CountersignError `diff_contradicts_parameters` when the agent states another result than the parameters give
 */
export function resolveAfter({ after: declared }: TypeTerms, { before, after, parameters }: Effect): StatedAfter {
  if (declared.length === 0 || !isJsonObject(before)) return { after, stated_by: 'agent' };
  const derived = declared.flatMap((one) => deriveMembers(one, { before, parameters }));
  if (after !== null) {
    for (const one of derived) refuseContradiction(after, one);
    return { after, stated_by: 'agent' };
  }
  const members = new Set(declared.flatMap((one) => Object.keys(one)));
  const result = { ...before, ...Object.fromEntries(derived.map(({ member, value }) => [member, value])) };
  // Half of a result, or one that two policies see differently, would mislead those who decide on it.
  const isWhole = [...members].every((member) => derived.some((one) => one.member === member));
  const isOne = derived.every(({ member, value }) => saysTheSame(result[member] ?? null, value));
  if (!isWhole || !isOne || canonicalize(result).length > MAX_DERIVED_CHARACTERS) return { after, stated_by: 'agent' };
  return { after: result, stated_by: 'countersign' };
}

// The value is not repeated: the problem may go to a topic of dead letters.
function refuseContradiction(after: JsonValue, { member, value }: Derived): void {
  const stated = isJsonObject(after) && Object.hasOwn(after, member) ? after[member] : undefined;
  if (stated !== undefined && saysTheSame(stated, value)) return;
  const detail = `the parameters give another \`${member}\`; state what follows from them, or leave \`after\` out`;
  throw new CountersignError('diff_contradicts_parameters', detail, { pointer: pointerTo('/after', member) });
}
