import type { Person, RosterEntry } from '@countersign/events';
import { loadPolicy, policySetOf, unreachableQuorums } from '@countersign/policy';
import type { PolicyHistory } from '@countersign/policy';
import { unreachableAfter } from '../lifecycle/reachable.js';
import { rosterOf } from './live-roster.js';
import { rosterIn, unreachableGates } from './reach.js';

const { policy } = loadPolicy(
  `name: refunds
tenant: acme
action_types: { refund: { facts: { amount: { at: /parameters/amount, type: money, currency: USD } } } }
rules: [{ name: all, then: require_approval, gate: two }]
gates: { two: { quorum: 2, roles: [finance] } }
fallback: two
`,
  'refunds.yaml',
);
const history = { activeAt: () => (policy === null ? [] : [{ policy, version: 3 }]) } as unknown as PolicyHistory;

const entry = (subject: string, person: Partial<Person> | null): RosterEntry => ({
  ...{
    tenant: 'acme',
    subject,
    issuer: null,
    file_hash: null,
    source: 'api',
    changed_by: 'max',
    reason: null,
    changed_at: 0,
  },
  person: person && {
    ...{ name: null, roles: ['finance'], teams: [], operates: [], alternates: [], absences: [], wip_limit: null },
    ...person,
  },
});
const agents = [{ tenant: 'acme', agent_id: 'bot', operators: [] }];
const file = { reviewers: [], agents };

describe('gates that nobody can open', () => {
  it.each<[string, RosterEntry[], (boolean | string)[]]>([
    ['two people', [entry('ann', {}), entry('bob', {})], []],
    ['one was taken off', [entry('ann', {}), entry('bob', null)], ['two', true]],
    ['one lost the role', [entry('ann', {}), entry('bob', { roles: ['legal'] })], ['two', true]],
    ['one operates the only agent', [entry('ann', {}), entry('bob', { operates: ['bot'] })], ['two', true]],
    ['the roles are the token’s: nothing is known', [entry('ann', {}), entry('bob', { roles: null })], []],
  ])('%s', (_name, entries, wanted) => {
    const found = unreachableGates(history, rosterOf(entries, file));
    expect(found.flatMap(({ gate, everywhere }) => [gate, everywhere])).toEqual(wanted);
  });

  it('says of a policy for all tenants nothing that people of an unknown one might deny', () => {
    const shared = { activeAt: () => (policy === null ? [] : [{ policy: { ...policy, tenant: '*' }, version: 3 }]) };
    const other = { ...entry('gus', { roles: ['sales'] }), tenant: 'globex' };
    const found = (entries: RosterEntry[]) => unreachableGates(shared as never, rosterOf(entries, file));
    expect(found([entry('ann', { roles: [] }), other])).toMatchObject([{ gate: 'two', everywhere: true }]);
    expect(found([entry('ann', { roles: null }), other])).toEqual([]);
  });

  it('lets policies be published and changed where roles are the token’s', () => {
    if (policy === null) throw new Error('no policy');
    const roster = rosterOf([entry('ann', {}), entry('bob', { roles: null })], file);
    expect(unreachableQuorums(policy, roster)).toEqual([]);
    const gate =
      '{ rules: [{ name: all, then: require_approval, gate: two }], gates: { two: { quorum: 2, roles: [finance] } }';
    const changes = loadPolicy(
      `{ name: c, action_types: { policy_change: {} }, fallback: two, ${gate.slice(2)} }`,
      'c.yaml',
    ).policy;
    if (changes === null) throw new Error('no policy');
    const set = policySetOf([{ policy: changes, version: 1 }]);
    expect(unreachableAfter(set, 'acme', roster)).toBeNull();
    const few = rosterOf([entry('ann', {}), entry('bob', { roles: [] })], file);
    expect(unreachableAfter(set, 'acme', few)).toMatchObject({ code: 'policy_change_unreachable' });
  });

  it('says nothing where nobody is known, and nothing of other tenants', () => {
    expect(unreachableGates(history, null)).toEqual([]);
    const other = { ...entry('gus', { roles: [] }), tenant: 'globex' };
    const roster = rosterOf([entry('ann', {}), entry('bob', {}), other], file);
    expect(rosterIn(roster, 'acme').reviewers.map(({ subject }) => subject)).toEqual(['ann', 'bob']);
  });
});
