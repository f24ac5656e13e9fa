import type { PublishedFact } from './published.js';
import { judge } from './referee.js';
import type { Asked, Click, Evidence, Verdict } from './referee.js';

const [SMALL, LARGE] = ['digest-1500', 'digest-9000'];
const FINANCE = ['finance'];

const asked: Asked = {
  ...{ actionId: 'a', digest: LARGE, digestWith: (parameters) => parameters, editorCounts: true },
  placesOf: (digest) => (digest === LARGE ? [FINANCE, FINANCE] : [FINANCE]),
};

let serial = 0;
const fact = (name: string, event: PublishedFact['event'] = {}): PublishedFact => ({
  ...{ id: `id-${(serial += 1)}`, name, actionId: 'a', event },
});
const vote = (reviewer_id: string, more: PublishedFact['event'] = {}): PublishedFact =>
  fact('VoteRecorded', {
    ...{
      issuer: 'idp',
      reviewer_id,
      vote: 'approve',
      counted: true,
      packet_digest: 'packet',
      vote_id: `v-${reviewer_id}`,
    },
    ...more,
  });
const grant = (digest = LARGE): PublishedFact => fact('GrantIssued', { digest });
const end = (status: string): PublishedFact => fact('RequestResolved', { status });
const click = (subject: string, more: Partial<Click> = {}): Click => ({
  ...{ actionId: 'a', subject, sentAt: 10, voteId: `v-${subject}`, code: 'ok', ...more },
});
const redeemed = { actionId: 'a', digest: LARGE, ok: true };

const judged = ({ asked: of, ...change }: Partial<Omit<Evidence, 'asked'>> & { asked?: Partial<Asked> }): Verdict =>
  judge({
    asked: [{ ...asked, ...of }],
    facts: [vote('ann'), vote('bob'), end('approved'), grant()],
    clicks: [],
    redemptions: [redeemed],
    roles: new Map([...['ann', 'bob', 'cat'].map((subject) => [subject, FINANCE] as const), ['dan', ['approver']]]),
    removed: new Map(),
    shown: new Map([
      ['packet', LARGE],
      ['small packet', SMALL],
    ]),
    pending: new Set(),
    audit: new Map([['a', 'approved']]),
    ...change,
  });

const words = (verdict: Verdict): string[] =>
  Object.entries(verdict).flatMap(([word, found]) => (found.length > 0 ? [word] : []));

const edit = (parameters: string, digest = parameters): PublishedFact[] => [
  fact('VersionChanged', { reviewer_id: 'ann', parameters, digest }),
  vote('ann', { vote: 'approve_with_changes', packet_digest: 'small packet' }),
];
const changed = { asked: { digest: SMALL } };
const nothing = { redemptions: [], audit: new Map([['a', 'pending']]), pending: new Set(['a']) };
const denied = { redemptions: [], audit: new Map([['a', 'denied']]) };

describe('the referee', () => {
  it.each<[string, Parameters<typeof judged>[0]]>([
    ['two people who approved', {}],
    ['an editor and another person', { ...changed, facts: [...edit(LARGE), vote('bob'), end('approved'), grant()] }],
    ['a request that waits', { ...nothing, facts: [vote('ann')] }],
    ['a denial', { ...denied, facts: [vote('ann', { vote: 'deny' }), end('denied')] }],
    ['a vote that was under way when its voter left', { clicks: [click('bob')], removed: new Map([['bob', 11]]) }],
  ])('finds nothing amiss in %s', (_, evidence) => {
    expect(judged(evidence)).toEqual({ UNAUTHORIZED: [], DUPLICATED: [], STUCK: [], LOST: [] });
  });

  it.each<[string, string[], Parameters<typeof judged>[0]]>([
    [
      'one person with two votes',
      ['UNAUTHORIZED', 'DUPLICATED', 'STUCK'],
      { facts: [vote('ann'), vote('ann', { vote_id: 'other' }), end('approved'), grant()] },
    ],
    [
      'a person without the role',
      ['UNAUTHORIZED', 'STUCK'],
      { facts: [vote('ann'), vote('dan'), end('approved'), grant()] },
    ],
    [
      'an approval of another packet',
      ['UNAUTHORIZED', 'STUCK'],
      { facts: [vote('ann'), vote('bob', { packet_digest: 'small packet' }), end('approved'), grant()] },
    ],
    [
      'a denial before the grant',
      ['UNAUTHORIZED', 'STUCK'],
      { facts: [vote('cat', { vote: 'deny' }), vote('ann'), vote('bob'), end('approved'), grant()] },
    ],
    [
      'a grant before the second approval',
      ['UNAUTHORIZED'],
      { facts: [vote('ann'), grant(), vote('bob'), end('approved')] },
    ],
    [
      'a grant of what was changed',
      ['UNAUTHORIZED'],
      {
        ...changed,
        redemptions: [{ ...redeemed, digest: SMALL }],
        facts: [...edit(LARGE), vote('bob'), end('approved'), grant(SMALL)],
      },
    ],
    [
      '$9,000 by its editor alone',
      ['UNAUTHORIZED', 'STUCK'],
      { ...changed, facts: [...edit(LARGE), end('approved'), grant()] },
    ],
    [
      'an editor who must not count',
      ['UNAUTHORIZED', 'STUCK'],
      { asked: { digest: SMALL, editorCounts: false }, facts: [...edit(LARGE), vote('bob'), end('approved'), grant()] },
    ],
    [
      'approvals from before a change',
      ['UNAUTHORIZED', 'STUCK'],
      {
        facts: [
          vote('bob'),
          vote('cat'),
          fact('VersionChanged', { reviewer_id: 'ann', parameters: LARGE, digest: LARGE }),
          end('approved'),
          grant(),
        ],
      },
    ],
    [
      'a version with the digest of another',
      ['UNAUTHORIZED'],
      { ...changed, facts: [...edit(LARGE, SMALL), vote('bob'), end('approved'), grant()] },
    ],
    ['a redemption of another digest', ['UNAUTHORIZED'], { redemptions: [{ ...redeemed, digest: SMALL }] }],
    ['a redemption without a grant', ['UNAUTHORIZED'], { facts: [vote('ann'), vote('bob'), end('approved')] }],
    [
      'a vote after its voter was taken off',
      ['UNAUTHORIZED'],
      { clicks: [click('bob')], removed: new Map([['bob', 9]]) },
    ],
    ['two redemptions', ['DUPLICATED'], { redemptions: [redeemed, redeemed] }],
    ['two grants', ['DUPLICATED'], { facts: [vote('ann'), vote('bob'), end('approved'), grant(), grant()] }],
    ['an approved request that did not end', ['STUCK'], { ...nothing, facts: [vote('ann'), vote('bob')] }],
    ['a denied request that did not end', ['STUCK'], { ...nothing, facts: [vote('ann', { vote: 'deny' })] }],
    ['a request that is nowhere', ['STUCK'], { ...nothing, pending: new Set(), facts: [vote('ann')] }],
    ['a vote that was answered only', ['LOST'], { clicks: [click('cat')] }],
    ['a grant that nobody could redeem', ['LOST'], { redemptions: [] }],
    ['an audit that says something else', ['LOST'], { audit: new Map([['a', 'denied']]) }],
  ])('finds %s', (_, found, evidence) => {
    expect(words(judged(evidence))).toEqual(found);
  });
});
