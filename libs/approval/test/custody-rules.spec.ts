import type { Gate } from '@countersign/events';
import type { LogRecord } from '../src/index.js';
import { MAX_CUSTODY } from '../src/fold-custody.js';
import { action, asks, assigned, fold, to, votes } from './custody-log.js';
import { at, custody, decided, T0 } from './records.js';

const other = { roles: ['sales'] };
const lead = { roles: ['lead'] };
const escalating = { escalate_roles: ['lead'] };

interface Row {
  readonly name: string;
  readonly given?: readonly LogRecord[];
  readonly gate?: Partial<Gate>;
  readonly allowed: LogRecord;
  readonly refused: LogRecord;
  /** What the refused one is answered, with the rule behind it. */
  readonly why: string;
  readonly attempt: string;
}

// One row per rule: the same call, once by somebody who may and once by somebody who may not.
const RULES: readonly Row[] = [
  {
    name: 'claim: needs a role of the gate',
    allowed: asks('claim', 'ann'),
    refused: asks('claim', 'ann', other),
    why: 'not_eligible role',
    attempt: 'claim',
  },
  {
    name: 'claim: not the agent itself',
    allowed: asks('claim', 'ann'),
    refused: asks('claim', 'refund-agent'),
    why: 'not_eligible self',
    attempt: 'claim',
  },
  {
    name: 'claim: not whom the action serves',
    allowed: asks('claim', 'ann'),
    refused: asks('claim', '812'),
    why: 'not_eligible self',
    attempt: 'claim',
  },
  {
    name: 'claim: not the operator',
    allowed: asks('claim', 'ann'),
    refused: asks('claim', 'oli'),
    why: 'not_eligible operator',
    attempt: 'claim',
  },
  {
    name: 'claim: not who is excluded',
    gate: { exclude: ['eve'] },
    allowed: asks('claim', 'ann'),
    refused: asks('claim', 'eve'),
    why: 'not_eligible excluded',
    attempt: 'claim',
  },
  {
    name: 'claim: not who stepped aside',
    given: [asks('recuse', 'bob')],
    allowed: asks('claim', 'ann'),
    refused: asks('claim', 'bob'),
    why: 'not_eligible recused',
    attempt: 'claim',
  },
  {
    name: 'claim: one at a time, the same person renews',
    given: [asks('claim', 'ann')],
    allowed: asks('claim', 'ann'),
    refused: asks('claim', 'bob'),
    why: 'already_claimed',
    attempt: 'claim',
  },
  {
    name: 'claim: not who has voted',
    given: [votes('bob')],
    allowed: asks('claim', 'ann'),
    refused: asks('claim', 'bob'),
    why: 'already_voted',
    attempt: 'claim',
  },
  {
    name: 'release: only by who claimed',
    given: [asks('claim', 'ann')],
    allowed: asks('release', 'ann'),
    refused: asks('release', 'bob'),
    why: 'not_claimed',
    attempt: 'release_claim',
  },
  {
    name: 'assign: only by the service',
    allowed: assigned('ann'),
    refused: asks('assign', 'max', to('ann', { roles: ['admin'] })),
    why: 'forbidden',
    attempt: 'assign',
  },
  {
    name: 'assign: the first one stands',
    allowed: assigned('ann'),
    refused: assigned('bob'),
    given: [],
    why: 'already_assigned',
    attempt: 'assign',
  },
  {
    name: 'assign: not to the operator',
    allowed: assigned('ann'),
    refused: assigned('oli'),
    why: 'not_eligible operator',
    attempt: 'assign',
  },
  {
    name: 'assign: not to a role that the directory knows to be wrong',
    allowed: assigned('ann', { to_roles: ['finance'] }),
    refused: assigned('bob', { to_roles: ['sales'] }),
    why: 'not_eligible role',
    attempt: 'assign',
  },
  {
    name: 'reassign: by the assignee',
    given: [assigned('ann')],
    allowed: asks('reassign', 'ann', to('cat')),
    refused: asks('reassign', 'bob', to('cat')),
    why: 'forbidden',
    attempt: 'reassign',
  },
  {
    name: 'reassign: by an admin',
    given: [assigned('ann')],
    allowed: asks('reassign', 'max', to('cat', { roles: ['admin'] })),
    refused: asks('reassign', 'max', to('cat')),
    why: 'forbidden',
    attempt: 'reassign',
  },
  {
    name: 'reassign: not to who stepped aside',
    given: [asks('recuse', 'bob'), assigned('ann')],
    allowed: asks('reassign', 'ann', to('cat')),
    refused: asks('reassign', 'ann', to('bob')),
    why: 'not_eligible recused',
    attempt: 'reassign',
  },
  {
    name: 'reassign: not to the agent',
    given: [assigned('ann')],
    allowed: asks('reassign', 'ann', to('cat')),
    refused: asks('reassign', 'ann', to('refund-agent')),
    why: 'not_eligible self',
    attempt: 'reassign',
  },
  {
    name: 'reassign: not to who has voted',
    given: [votes('bob'), assigned('ann')],
    allowed: asks('reassign', 'ann', to('cat')),
    refused: asks('reassign', 'ann', to('bob')),
    why: 'already_voted',
    attempt: 'reassign',
  },
  {
    name: 'reassign: needs a reason',
    given: [assigned('ann')],
    allowed: asks('reassign', 'ann', to('cat')),
    refused: asks('reassign', 'ann', to('cat', { reason: ' ' })),
    why: 'reason_required',
    attempt: 'reassign',
  },
  {
    name: 'recuse: who could vote',
    allowed: asks('recuse', 'ann'),
    refused: asks('recuse', 'ann', other),
    why: 'not_eligible role',
    attempt: 'recuse',
  },
  {
    name: 'recuse: once',
    given: [asks('recuse', 'bob')],
    allowed: asks('recuse', 'ann'),
    refused: asks('recuse', 'bob'),
    why: 'not_eligible recused',
    attempt: 'recuse',
  },
  {
    name: 'recuse: not after the vote',
    given: [votes('bob')],
    allowed: asks('recuse', 'ann'),
    refused: asks('recuse', 'bob'),
    why: 'already_voted',
    attempt: 'recuse',
  },
  {
    name: 'recuse: needs a reason',
    allowed: asks('recuse', 'ann'),
    refused: asks('recuse', 'ann', { reason: null }),
    why: 'reason_required',
    attempt: 'recuse',
  },
  {
    name: 'escalate: who could vote',
    allowed: asks('escalate', 'ann'),
    refused: asks('escalate', 'ann', other),
    why: 'not_eligible role',
    attempt: 'escalate',
  },
  {
    name: 'escalate: not who could vote only after it',
    gate: escalating,
    allowed: asks('escalate', 'ann'),
    refused: asks('escalate', 'leo', lead),
    why: 'not_eligible role',
    attempt: 'escalate',
  },
  {
    name: 'escalate: needs a reason',
    allowed: asks('escalate', 'ann'),
    refused: asks('escalate', 'ann', { reason: '' }),
    why: 'reason_required',
    attempt: 'escalate',
  },
  {
    name: 'comment: any reviewer, with words',
    allowed: asks('comment', 'nob', { text: 'hm', roles: [] }),
    refused: asks('comment', 'nob', { text: ' ' }),
    why: 'reason_required',
    attempt: 'comment',
  },
  {
    name: 'vote: not who stepped aside',
    given: [asks('recuse', 'bob')],
    allowed: votes('ann'),
    refused: votes('bob'),
    why: 'not_eligible recused',
    attempt: 'vote',
  },
  {
    name: 'vote: further roles only once escalated',
    gate: escalating,
    given: [],
    allowed: votes('ann'),
    refused: votes('leo', lead),
    why: 'not_eligible role',
    attempt: 'vote',
  },
];

describe('who may do what with a pending request', () => {
  it.each(RULES)('$name', ({ given = [], gate: own, allowed, refused, why, attempt }) => {
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
    expect(fold([...many, asks('escalate', 'ann')]).answer?.code).toBe('ok');
  });
});
