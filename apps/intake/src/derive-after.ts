import { CountersignError, pointerTo } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import { derivedAfter, deriveMembers, saysTheSame } from '@countersign/policy';
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

/**
 * The state after the action: derived where the action type declares how and the agent is silent, else the agent's own.
 * @throws CountersignError `diff_contradicts_parameters` when the agent states another result than the parameters give
 */
export function resolveAfter({ after: declared }: TypeTerms, { before, after, parameters }: Effect): StatedAfter {
  if (declared.length === 0 || !isJsonObject(before)) return { after, stated_by: 'agent' };
  const states = { before, parameters };
  if (after === null) {
    const derived = derivedAfter(declared, states);
    return derived === null ? { after, stated_by: 'agent' } : { after: derived, stated_by: 'countersign' };
  }
  for (const one of declared.flatMap((each) => deriveMembers(each, states))) refuseContradiction(after, one);
  return { after, stated_by: 'agent' };
}

// The value is not repeated: the problem may go to a topic of dead letters.
function refuseContradiction(after: JsonValue, { member, value }: Derived): void {
  const stated = isJsonObject(after) && Object.hasOwn(after, member) ? after[member] : undefined;
  if (stated !== undefined && saysTheSame(stated, value)) return;
  const detail = `the parameters give another \`${member}\`; state what follows from them, or leave \`after\` out`;
  throw new CountersignError('diff_contradicts_parameters', detail, { pointer: pointerTo('/after', member) });
}
