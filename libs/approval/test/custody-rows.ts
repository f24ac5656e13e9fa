import type { Gate } from '@countersign/events';
import type { LogRecord } from '../src/index.js';
import { asks, assigned, to, votes } from './custody-log.js';

const other = { roles: ['sales'] };
const lead = { roles: ['lead'] };
const escalating = { escalate_roles: ['lead'] };

export interface CustodyRow {
  readonly name: string;
  readonly given?: readonly LogRecord[];
  readonly gate?: Partial<Gate>;
  readonly allowed: LogRecord;
  readonly refused: LogRecord;
  /** What the refused one is answered, with the rule behind it. */
  readonly why: string;
  /** As the refusal names it. */
  readonly attempt: string;
}

// One row per rule: the same call, once by somebody who may and once by somebody who may not.
export const CUSTODY_RULES: readonly CustodyRow[] = [
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
  {
    name: 'reassign: not to who has it already',
    given: [assigned('ann')],
    allowed: asks('reassign', 'ann', to('cat')),
    refused: asks('reassign', 'ann', to('ann')),
    why: 'already_assigned',
    attempt: 'reassign',
  },
  {
    name: 'reassign: not to nobody',
    given: [assigned('ann')],
    allowed: asks('reassign', 'ann', to('cat')),
    refused: asks('reassign', 'ann'),
    why: 'not_eligible role',
    attempt: 'reassign',
  },
  {
    name: 'reassign: not to who is excluded',
    gate: { exclude: ['eve'] },
    given: [assigned('ann')],
    allowed: asks('reassign', 'ann', to('cat')),
    refused: asks('reassign', 'ann', to('eve')),
    why: 'not_eligible excluded',
    attempt: 'reassign',
  },
];
