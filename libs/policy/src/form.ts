import { mergeGates } from '@countersign/events';
import type { Gate } from '@countersign/events';
import type { CompiledGate } from './gates.js';

/** Latest instant that a calendar is asked about: the year 9999, epoch milliseconds. */
const LATEST_MS = 253_402_300_799_999;

const isInstant = (atMs: unknown): atMs is number =>
  Number.isSafeInteger(atMs) && (atMs as number) >= 0 && (atMs as number) <= LATEST_MS;

/**
 * The form of the gate for this impact: high impact is answered sooner. With a calendar the times to remind,
 * respond and escalate become the real seconds until so much working time has passed, at most until it expires.
 * @param atMs when the action was proposed, epoch milliseconds; without it no calendar is asked, so the time is shorter
 */
export function formOf(gate: CompiledGate, impact: string | null, atMs?: number | null): Gate {
  return formBy(gate, (part) => ownForm(part, impact, atMs));
}

/** The form of gates that bind together follows from the form of each. */
export const formBy = (gate: CompiledGate, form: (part: CompiledGate) => Gate): Gate =>
  gate.parts.length === 0 ? form(gate) : gate.parts.map(form).reduce((one, other) => mergeGates(one, other) ?? one);

function ownForm({ urgent, usual, calendar }: CompiledGate, impact: string | null, atMs?: number | null): Gate {
  const form = impact === 'high' ? urgent : usual;
  if (calendar === null || !isInstant(atMs)) return form;
  const real = (workingSeconds: number): number => Math.min(calendar.realSeconds(atMs, workingSeconds), form.expire_s);
  const remind_s = [...new Set(form.remind_s.map(real))];
  const escalate_s = form.escalate_s === null ? null : real(form.escalate_s);
  return { ...form, respond_s: real(form.respond_s), remind_s, escalate_s };
}
