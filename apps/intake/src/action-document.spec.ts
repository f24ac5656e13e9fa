import { CountersignError } from '@countersign/canonical';
import { refuseWithoutDiff } from './action-document.js';
import type { ActionDocument } from './action-document.js';

const document = (status: ActionDocument['status'], decision: unknown): ActionDocument => ({
  ...{ action_id: 'act_1', status, decision },
});
const codeOf = (action: ActionDocument): string => {
  try {
    refuseWithoutDiff(action);
  } catch (error) {
    if (error instanceof CountersignError) return `${error.code} ${error.details.pointer} ${error.details['retry']}`;
    throw error;
  }
  return 'accepted';
};

describe('an action without the diff that policy decides on', () => {
  it.each([
    ['denied for want of a diff', document('denied', { rule: 'diff_required' }), 'diff_required /after new_proposal'],
    ['denied by another rule', document('denied', { rule: 'too-large' }), 'accepted'],
    ['denied by no rule', document('denied', { rule: null }), 'accepted'],
    ['waiting under a rule of that name', document('pending', { rule: 'diff_required' }), 'accepted'],
    ['not decided', document('deciding', null), 'accepted'],
  ])('%s', (_, action, code) => expect(codeOf(action)).toBe(code));
});
