import { loadPolicy } from '../load-policy.js';
import type { CompiledPolicy } from '../compiled.js';
import { sentenceOf } from './change.js';
import { describeChanges } from './describe-changes.js';

const BASE = `name: refunds
environments: { staging: { bypass: true } }
action_types:
  refund:
    facts:
      amount: { at: /parameters/amount, type: money, currency: USD }
      confidence: { at: /confidence, type: number }
classify:
  impact:
    - { is: high, when: 'amount > money("2000.00", "USD")' }
    - { is: low }
  reversibility: [{ is: high }]
  regulatory_pressure: [{ is: low }]
matrix:
  - { impact: high, approval: yes, gate: finance-two-person }
  - { impact: [medium, low], approval: no }
rules:
  - { name: small-and-sure, when: 'amount < money("100.00", "USD") && confidence > 0.95', then: allow }
  - { name: large, when: 'amount > money("2000.00", "USD")', then: require_approval, gate: finance-two-person }
  - { name: rest, then: require_approval, gate: finance-one-person }
gates:
  finance-one-person: { quorum: 1, roles: [finance] }
  finance-two-person: { quorum: 2, roles: [finance] }
fallback: finance-two-person
`;

function policyOf(text: string): CompiledPolicy {
  const { policy, problems } = loadPolicy(text, 'refunds.yaml');
  if (policy === null) throw new Error(JSON.stringify(problems));
  return policy;
}

/** What the words are when one text of the file is replaced by another. */
const wordsFor = (from: string, to: string): string[] =>
  describeChanges(policyOf(BASE), policyOf(BASE.replace(from, to))).map(sentenceOf);

const SMALL = `  - { name: small-and-sure, when: 'amount < money("100.00", "USD") && confidence > 0.95', then: allow }\n`;

describe('the difference between two versions, in words', () => {
  it('is nothing for the same words in another layout', () => {
    expect(wordsFor('fallback: finance-two-person', '# a comment\nfallback:   finance-two-person')).toEqual([]);
  });

  it.each([
    ['dwell: 30s', ['time before which an approval is refused changes from none to 30s (stricter)']],
    ['assign: rotate', ['requests are assigned by rotate, not pool']],
    [
      'dwell_per_kb: 5s',
      [
        'time before which an approval is refused changes from none to 0s (stricter)',
        'time to read each KiB changes from 0s to 5s (stricter)',
      ],
    ],
    ['audit: { review: 0.1 }', ['share that is reviewed again changes from none to 0.1 (stricter)']],
    ['claim: 1h', ['time that a claim lasts rises from 15m to 1h']],
    [
      'batch: { fields: [/target], max: 10 }',
      ['most requests of a batch falls from 50 to 10 (stricter)', 'batch field /target is added'],
    ],
    [
      'sla: { respond: 24h, expire: 72h, remind: [0.5], escalate: 48h, escalate_to: [head] }',
      [
        'time to escalation changes from none to 2d',
        'role after escalation head is added (looser)',
        'reminder 1296m is removed',
      ],
    ],
  ])('says of a gate that gets %s', (added, words) => {
    const gate = 'finance-two-person: { quorum: 2, roles: [finance]';
    expect(wordsFor(gate, `${gate}, ${added}`)).toEqual(words.map((one) => `gate finance-two-person: ${one}`));
  });

  it('says which stages there are', () => {
    const stages = 'stages: [{ name: a, count: 1, roles: [finance] }, { name: b, count: 1, roles: [finance] }]';
    expect(wordsFor('finance-two-person: { quorum: 2,', `finance-two-person: { ${stages},`)).toEqual([
      'gate finance-two-person: stages (in order) change from none to a (1 of finance), b (1 of finance)',
    ]);
  });

  it.each([
    [
      'money("100.00", "USD")',
      'money("250.00", "USD")',
      'rule small-and-sure: limit rises from $100.00 to $250.00 (looser)',
    ],
    ['confidence > 0.95', 'confidence > 0.99', 'rule small-and-sure: limit rises from 0.95 to 0.99 (stricter)'],
    [
      `when: 'amount > money("2000.00", "USD")', then`,
      `when: 'amount > money("3000.00", "USD")', then`,
      'rule large: limit rises from $2000.00 to $3000.00 (looser)',
    ],
    [
      '&& confidence > 0.95',
      '|| confidence > 0.95',
      /^rule small-and-sure: condition changes from `amount < .*&&.*` to `.*\|\|.*`$/,
    ],
    [SMALL, '', /^rule small-and-sure: is removed: allow when `.*` \(stricter\)$/],
    [
      'rules:\n',
      `rules:\n  - { name: never, when: confidence < 0.1, then: deny }\n`,
      'rule never: is added at place 1: deny when `confidence < 0.1` (stricter)',
    ],
    [
      'name: rest, then: require_approval, gate: finance-one-person',
      'name: rest, then: allow',
      'rule rest: verdict changes from require_approval by finance-one-person to allow (looser)',
    ],
    [
      'two-person: { quorum: 2',
      'two-person: { quorum: 1',
      'gate finance-two-person: quorum falls from 2 to 1 (looser)',
    ],
    [
      'quorum: 1, roles: [finance]',
      'quorum: 1, roles: [finance, intern]',
      'gate finance-one-person: role intern is added (looser)',
    ],
    [
      'quorum: 2, roles: [finance]',
      'quorum: 2, roles: [finance], reason: always',
      'gate finance-two-person: a reason is asked for always, not never (stricter)',
    ],
    [
      'quorum: 2, roles: [finance]',
      'quorum: 2, roles: [finance], token: { ttl: 48h }',
      'gate finance-two-person: life of the grant rises from 1d to 2d (looser)',
    ],
    [
      'fallback: finance-two-person',
      'fallback: finance-one-person',
      'policy: fallback gate changes from finance-two-person to finance-one-person (looser)',
    ],
    ['fallback:', 'mode: soft\nfallback:', 'policy: mode changes from enforce to soft (looser)'],
    [
      'staging: { bypass: true }',
      'staging: { bypass: false }',
      'environment staging: is no longer bypassed (stricter)',
    ],
    [
      'at: /confidence',
      'at: /signals/sure',
      'action type refund: facts.confidence.at changes from /confidence to /signals/sure',
    ],
    [
      'fallback:',
      'allow_grant_ttl: 30m\nfallback:',
      'policy: life of the grant of allowed actions falls from 1h to 30m (stricter)',
    ],
    ['fallback:', 'rollout: { share: 25 }\nfallback:', 'rollout: share changes from nothing to 25'],
  ])('says what %s → %s means', (from, to, words) => {
    const [first, ...others] = wordsFor(from, to);
    expect(first).toEqual(typeof words === 'string' ? words : expect.stringMatching(words));
    expect(others).toEqual([]);
  });

  it('names each limit by its fact where several changed', () => {
    expect(
      wordsFor(
        'amount < money("100.00", "USD") && confidence > 0.95',
        'amount < money("50.00", "USD") && confidence > 0.9',
      ),
    ).toEqual([
      'rule small-and-sure: limit of amount falls from $100.00 to $50.00 (stricter)',
      'rule small-and-sure: limit of confidence falls from 0.95 to 0.9 (looser)',
    ]);
  });

  it('names hours, zones and holidays of calendars, and calendars that come and go', () => {
    const office = (hours: string, more = ''): string =>
      BASE.replace(
        'fallback:',
        `calendars: { office: { time_zone: UTC, hours: { mon: ${hours} }${more} } }\nfallback:`,
      );
    const between = (before: string, after: string): string[] =>
      describeChanges(policyOf(before), policyOf(after)).map(sentenceOf);
    expect(between(BASE, office("'09:00-17:00'"))).toEqual(['calendar office: is added']);
    expect(between(office("'09:00-17:00'"), office("['08:00-12:00', '13:00-20:00']"))).toEqual([
      'calendar office: hours.mon changes from 09:00-17:00 to 08:00-12:00, 13:00-20:00',
    ]);
    expect(between(office("'09:00-17:00'"), office("'09:00-17:00'", ", holidays: ['2026-12-25']"))).toEqual([
      'calendar office: holidays changes from nothing to 2026-12-25',
    ]);
    expect(between(office("'09:00-17:00'"), office("'09:00-17:00'").replace('UTC', 'Europe/Berlin'))).toEqual([
      'calendar office: time zone changes from UTC to Europe/Berlin',
    ]);
  });

  it('says nothing of looser or stricter under a negation', () => {
    const negated = BASE.replace('confidence > 0.95', '!(confidence > 0.95)');
    const changed = negated.replace('0.95', '0.99');
    expect(describeChanges(policyOf(negated), policyOf(changed)).map(({ effect }) => effect)).toEqual([null]);
  });

  it('knows a rule that moved from one that changed', () => {
    const moved = BASE.replace(SMALL, '').replace('  - { name: rest', `${SMALL}  - { name: rest`);
    expect(describeChanges(policyOf(BASE), policyOf(moved)).map(sentenceOf)).toEqual([
      expect.stringMatching(
        /^rule (small-and-sure: moves from place 1 to place 2|large: moves from place 2 to place 1)$/,
      ),
    ]);
  });

  it('names each cell of the matrix that changed', () => {
    expect(wordsFor('impact: high, approval: yes', 'impact: high, reversibility: low, approval: yes')).toHaveLength(3);
    expect(wordsFor('approval: yes, gate: finance-two-person', 'approval: yes, gate: finance-one-person')[0]).toBe(
      'matrix impact high, reversibility high, regulatory pressure low: changes from yes by finance-two-person to yes by finance-one-person (looser)',
    );
    expect(wordsFor(`{ is: high, when: 'amount > money("2000`, `{ is: high, when: 'amount > money("1000`)).toEqual([
      'classification of impact, high: limit falls from $2000.00 to $1000.00',
    ]);
  });
});
