import { MAX_CUSTODY } from '../src/fold-custody.js';
import { action, asks, fold, votes } from './custody-log.js';
import { CUSTODY_RULES } from './custody-rows.js';
import { at, custody, decided, T0 } from './records.js';

describe('who may do what with a pending request', () => {
  it.each(CUSTODY_RULES)('$name', ({ given = [], gate: own, allowed, refused, why, attempt }) => {
    expect(fold([...given, allowed], own).answer).toMatchObject({ code: 'ok', rule: null });
    const before = attempt === 'assign' && why === 'already_assigned' ? [...given, allowed] : given;
    const { answer, events } = fold([...before, refused], own);
    expect([answer?.code, answer?.rule].filter(Boolean).join(' ')).toBe(why);
    const [code, rule = null] = why.split(' ');
    const audited = events.filter(({ name }) => name === 'Refused').map(({ event }) => event);
    expect(audited).toMatchObject([{ attempt, code, rule, request_id: decided(action).request_id }]);
  });

  it.each(['claim', 'release', 'recuse', 'escalate', 'comment'] as const)('%s: nothing after the end', (verb) => {
    const { answer } = fold([votes('ann'), votes('bob'), asks(verb, 'cat', { text: 'late' })]);
    expect(answer?.code).toBe('already_terminal');
  });

  it("keeps another tenant's hands off", () => {
    expect(fold([asks('claim', 'ann', { tenant: 'globex' })]).answer?.code).toBe('not_found');
  });

  it('says the same again to a copy, and refuses another body under its id', () => {
    const first = custody(action, 'comment', 'ann', { text: 'one', client_request_id: 'k' });
    const again = at(5, 'CustodyRequested', first);
    const { answer, request } = fold([at(1, 'CustodyRequested', first), again]);
    expect([answer?.repeated, answer?.at, request?.custody?.length]).toEqual([true, T0 + 1, 1]);
    const forged = custody(action, 'comment', 'ann', { text: 'two', client_request_id: 'k' });
    expect(fold([at(1, 'CustodyRequested', first), at(2, 'CustodyRequested', forged)]).answer?.code).toBe(
      'duplicate_request',
    );
  });

  it('takes so many calls and no more; stepping aside and calling for help always work', () => {
    const many = Array.from({ length: MAX_CUSTODY }, () => asks('comment', 'ann', { text: 'again' }));
    expect(fold([...many, asks('claim', 'ann')]).answer?.code).toBe('custody_full');
    expect(fold([...many, asks('recuse', 'ann')]).answer?.code).toBe('ok');
    expect(fold([...many, asks('escalate', 'ann')], { escalate_roles: ['lead'] }).answer?.code).toBe('ok');
  });
});
