import type { LedgerAction } from './ledger.js';
import type { PublicEvent } from './public-reader.js';
import { judge } from './verdict.js';
import type { AuditRow, Evidence, Verdict } from './verdict.js';

let serial = 0;
const event = (name: string, actionId = 'a', voteId: string | null = null): PublicEvent => ({
  at: `t/0/${serial}`,
  id: `id-${serial++}`,
  name,
  actionId,
  voteId,
});
const voted = { subject: 'ann', vote: 'approve' as const, voteId: 'v1' };
const action: LedgerAction = {
  actionId: 'a',
  kind: 'one',
  votes: [voted],
  redeemed: ['r1'],
  redemptions: 2,
  outcome: true,
  status: 'approved',
  wrongs: [],
};
const row: AuditRow = { action_id: 'a', approval_status: 'approved', redeemed: true, outcome: true };
const published = [
  ...['DecisionRecorded', 'RequestOpened', 'RequestResolved', 'GrantIssued', 'GrantRedeemed', 'OutcomeRecorded'].map(
    (name) => event(name),
  ),
  event('VoteRecorded', 'a', 'v1'),
];

const judged = (change: Partial<Evidence> & { action?: Partial<LedgerAction> } = {}): Verdict => {
  const late = change.late ?? published;
  return judge({
    actions: [{ ...action, ...change.action }],
    late,
    concurrent: change.concurrent ?? late,
    audit: change.audit ?? [row],
    votes: change.votes ?? ['v1'],
  });
};

const words = (verdict: Verdict): string[] =>
  Object.entries(verdict).flatMap(([word, list]) => (list.length > 0 ? [word] : []));

const without = (name: string): PublicEvent[] => published.filter((fact) => fact.name !== name);

it('finds nothing amiss in a life that went well', () => {
  expect(words(judged())).toEqual([]);
});

it.each<[string, string[], Parameters<typeof judged>[0]]>([
  ['an action missing in audit', ['LOST'], { audit: [] }],
  ['a decision that was not published', ['LOST'], { late: without('DecisionRecorded') }],
  ['a vote that was not published', ['LOST'], { late: without('VoteRecorded') }],
  ['a vote missing in votes', ['LOST'], { votes: [] }],
  ['a redemption missing in audit', ['LOST'], { audit: [{ ...row, redeemed: false }] }],
  ['an outcome that was not published', ['LOST'], { late: without('OutcomeRecorded') }],
  ['a grant that both executors were refused', ['LOST'], { action: { redeemed: [] } }],
  ['another end in audit than the agent was told', ['LOST'], { audit: [{ ...row, approval_status: 'denied' }] }],
  ['a record that only the late reader saw', ['LOST'], { concurrent: published.slice(1) }],
  ['a record that vanished', ['LOST'], { concurrent: [...published, event('GrantIssued', 'b')] }],
  ['two decisions', ['DUPLICATED'], { late: [...published, event('DecisionRecorded')] }],
  ['two terminal outcomes', ['DUPLICATED'], { late: [...published, event('RequestResolved')] }],
  ['an event published twice', ['DUPLICATED'], { late: [...published, { ...published[5]!, at: 't/0/999' }] }],
  ['two redemptions told ok', ['DUPLICATED'], { action: { redeemed: ['r1', 'r2'] } }],
  ['two rows in audit', ['DUPLICATED'], { audit: [row, row] }],
  ['a redemption without enough approvals', ['UNAUTHORIZED'], { action: { kind: 'two' } }],
  ['a redemption without a grant', ['UNAUTHORIZED'], { late: without('GrantIssued') }],
  ["the operator's vote", ['UNAUTHORIZED'], { action: { wrongs: ['UNAUTHORIZED: the operator voted'] } }],
  ['an odd answer', ['WRONG'], { action: { wrongs: ['outcome was answered 404'] } }],
])('finds %s', (_, found, change) => {
  expect(words(judged(change))).toEqual(found);
});

it('finds an action that never ended', () => {
  expect(
    words(
      judged({
        action: { status: 'pending', redeemed: [], redemptions: 0, outcome: false },
        audit: [{ ...row, approval_status: 'pending' }],
      }),
    ),
  ).toEqual(['STUCK']);
});
