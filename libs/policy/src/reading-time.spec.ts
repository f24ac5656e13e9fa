import { compileGate } from './gates.js';
import { gate } from './gate-document.js';
import { formOf } from './form.js';
import { withReadingTime } from './reading-time.js';
import type { PolicyAction } from './action.js';

const actionOf = (text: string): PolicyAction => ({
  ...{ action_type: 'post', environment: 'production', target: null, on_behalf_of: null, agent_version: '1' },
  ...{ model_id: 'm', confidence: null, signals: null, parameters: { text }, before: null, after: null },
});
const dwell = (times: object, text: string): number | null => {
  const compiled = compileGate('g', gate.parse({ quorum: 1, roles: ['r'], ...times }));
  return withReadingTime(formOf(compiled, null), compiled, actionOf(text)).min_dwell_s;
};

it.each([
  ['no dwell at all', {}, 'x'.repeat(9_000), null],
  ['a fixed one, whatever the size', { dwell: '10s' }, 'x'.repeat(9_000), 10],
  ['begun KiB count whole', { dwell_per_kb: '5s' }, 'x', 5],
  ['added to the fixed one', { dwell: '10s', dwell_per_kb: '5s' }, 'x'.repeat(2_500), 25],
  ['bytes, not characters', { dwell_per_kb: '5s' }, 'ü'.repeat(1_100), 15],
  ['at most a day', { dwell: '23h', dwell_per_kb: '1h' }, 'x'.repeat(9_000), 86_400],
])('time to read: %s', (_, times, text, seconds) => expect(dwell(times, text)).toBe(seconds));

it('makes a gate as strict as a fixed dwell does', () => {
  const severity = (times: object): number =>
    compileGate('g', gate.parse({ quorum: 1, roles: ['r'], ...times })).severity;
  expect(severity({ dwell_per_kb: '1s' })).toBe(severity({ dwell: '1s' }));
  expect(severity({ dwell_per_kb: '1s' })).toBeGreaterThan(severity({}));
});
