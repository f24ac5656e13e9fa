import type { SliceResult } from './slice-plan.js';
import { planSlice } from './slice-plan.js';

const done: SliceResult = { kind: 'done' };
const retry: SliceResult = { kind: 'retry', reason: 'later' };
const fault: SliceResult = { kind: 'fault', error: new Error('bug') };

it.each([
  ['everything handled', [done, done], { done: 2, then: 'go_on' }],
  ['a retry in the middle', [done, retry, done], { done: 1, then: 'rest', reason: 'later' }],
  ['a fault before a retry', [fault, retry], { done: 0, then: 'stop', error: new Error('bug') }],
  ['a retry before a fault', [done, retry, fault], { done: 1, then: 'rest', reason: 'later' }],
  ['nothing', [], { done: 0, then: 'go_on' }],
] as const)('%s', (_, results, plan) => {
  expect(planSlice(results)).toEqual(plan);
});
