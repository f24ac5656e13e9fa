import type { JsonValue } from '@countersign/canonical';
import type { Condition } from './condition.js';
import type { FactValues } from './facts.js';
import { HIDDEN } from './facts.js';
import { shown } from './shown.js';

/** One step of an explanation. */
export interface TrailEntry {
  /** Rule name, `<axis>=<level>`, `matrix` or `fallback`. */
  readonly rule: string;
  readonly condition: string;
  /** null: could not be told, so it counts as possibly true. */
  readonly result: boolean | null;
  /** The facts that the condition reads; null = unknown. */
  readonly values: Readonly<Record<string, JsonValue>>;
  readonly gate?: string;
  readonly explanation?: string;
  readonly error?: string;
}

/** One evaluation's inputs and what it found on the way. */
export interface Evaluation {
  readonly values: FactValues;
  readonly trail: TrailEntry[];
  /** Set when a condition failed although all its facts are known. */
  errored: boolean;
}

export function valuesOf(facts: readonly string[], { context, hidden }: FactValues): Record<string, JsonValue> {
  const values: Record<string, JsonValue> = {};
  for (const name of facts) values[name] = hidden?.includes(name) && name in context ? HIDDEN : shown(context[name]);
  return values;
}

/** Result of a condition: true, false, or null when it cannot be told. Never throws. */
export function judge(condition: Condition, evaluation: Evaluation): { result: boolean | null; error?: string } {
  const { context, missing } = evaluation.values;
  try {
    const result = condition.test(context);
    if (typeof result === 'boolean') return result ? TRUE : FALSE;
    evaluation.errored = true;
    return { result: null, error: 'the condition gave no yes or no' };
  } catch (error) {
    if (missing.some(({ name }) => condition.facts.includes(name))) return UNKNOWN;
    evaluation.errored = true;
    return { result: null, error: error instanceof Error ? error.message.slice(0, 200) : 'the condition failed' };
  }
}

const TRUE = { result: true };
const FALSE = { result: false };
const UNKNOWN = { result: null };
