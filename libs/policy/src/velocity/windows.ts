import type { JsonValue } from '@countersign/canonical';
import type { CompiledPolicy, CompiledVelocity } from '../compiled.js';
import type { CountedWindows } from './counted.js';

/** A window that a policy counts in. */
export interface Window {
  /** Name of the policy and the whole declaration as one text: a changed declaration is another window and starts empty. */
  readonly id: string;
  readonly policy: string;
  /** Name in conditions: `velocity.<name>`. */
  readonly name: string;
  /** Whose actions are taken together. */
  readonly key: CompiledVelocity['key'];
  /** Length, milliseconds. */
  readonly window_ms: number;
  /** The money fact that is summed; null when actions are counted. */
  readonly sum: string | null;
}

function declared(policy: string, { name, key, windowSeconds, sum }: CompiledVelocity): Window {
  const id = [`${policy}/${name}`, key, `${windowSeconds}s`, ...(sum === null ? [] : [sum.fact])].join(':');
  return { id, policy, name, key, window_ms: windowSeconds * 1_000, sum: sum?.fact ?? null };
}

const NONE: readonly Window[] = [];

/** The windows that a policy counts an action type in. */
export function windowsOf({ name, velocity }: CompiledPolicy, actionType: string): readonly Window[] {
  if (velocity.length === 0) return NONE;
  return velocity.filter(({ types }) => types.has(actionType)).map((one) => declared(name, one));
}

/** Length of the longest window that any of the policies declares, milliseconds; 0 without one. */
export const longestWindowMs = (policies: readonly CompiledPolicy[]): number =>
  Math.max(0, ...policies.flatMap(({ velocity }) => velocity.map(({ windowSeconds }) => windowSeconds * 1_000)));

/** The values that a policy's conditions read as `velocity.<name>`; what is unknown is left out. */
export function velocityOf(
  policy: CompiledPolicy,
  actionType: string,
  counted: CountedWindows,
): Record<string, JsonValue> {
  const values: Record<string, JsonValue> = {};
  for (const { id, name, sum } of windowsOf(policy, actionType)) {
    const value = counted[id]?.[sum === null ? 'count' : 'sum'] ?? null;
    if (value !== null) values[name] = typeof value === 'number' ? value : { ...value };
  }
  return values;
}
