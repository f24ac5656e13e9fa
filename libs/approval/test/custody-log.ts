import type { Gate } from '@countersign/events';
import { apply, createState } from '../src/index.js';
import type { LogRecord } from '../src/index.js';
import { assignment, at, custody, decided, gate, proposed, vote } from './records.js';

export const action = proposed('a');
type Overrides = Parameters<typeof custody>[3];

/** Folds a log that begins with the decision; what it answers last, makes public and leaves behind. */
export function fold(records: readonly LogRecord[], overrides: Partial<Gate> = {}) {
  const state = createState(0);
  const first = decided(action, { gate: gate(overrides) });
  const facts = [at(0, 'ActionDecided', first), ...records].map((record) => apply(state, record));
  const events = facts.flatMap((one) => one.events);
  const request = state.requests.get(first.request_id)?.request;
  return { answer: facts.at(-1)?.answer, events, request, names: events.map(({ name }) => name) };
}

let moment = 0;
const soon = (): number => (moment += 1) % 1_000;
export const asks = (verb: Parameters<typeof custody>[1], who: string, overrides: Overrides = {}): LogRecord =>
  at(soon(), 'CustodyRequested', custody(action, verb, who, overrides));
export const assigned = (who: string, overrides: Overrides = {}): LogRecord =>
  at(soon(), 'CustodyRequested', assignment(action, who, overrides));
/** The service takes a request from whoever has it. */
export const moved = (overrides: Overrides): LogRecord =>
  asks('reassign', 'assignment', { issuer: 'countersign', roles: [], ...overrides });
export const votes = (who: string, overrides: Parameters<typeof vote>[2] = {}): LogRecord =>
  at(soon(), 'VoteCast', vote(action, who, overrides));
export const to = (to_subject: string | null, rest: Overrides = {}): Overrides => ({ to_subject, ...rest });
