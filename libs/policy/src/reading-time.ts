import type { Gate } from '@countersign/events';
import type { PolicyAction } from './action.js';
import type { CompiledGate } from './gates.js';

const KIB = 1_024;
const LONGEST_S = 86_400;

/** The form of a gate with the time that people need for what this action has to be read of, where the gate asks for it. */
export function withReadingTime(
  form: Gate,
  { dwellPerKb }: Pick<CompiledGate, 'dwellPerKb'>,
  action: PolicyAction,
): Gate {
  if (dwellPerKb === 0) return form;
  const { parameters, before, after } = action;
  const bytes = new TextEncoder().encode(JSON.stringify([parameters, before, after])).length;
  const seconds = (form.min_dwell_s ?? 0) + Math.ceil(bytes / KIB) * dwellPerKb;
  return { ...form, min_dwell_s: Math.min(LONGEST_S, seconds) };
}
