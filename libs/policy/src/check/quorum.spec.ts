import { loadPolicy } from '../load-policy.js';
import { checkPolicy } from './check-policy.js';
import type { CheckedRoster, Finding } from './finding.js';

const people = (...all: [subject: string, ...roles: string[]][]): CheckedRoster['reviewers'] =>
  all.map(([subject, ...roles]) => ({ subject, tenant: 'acme', roles }));

const ACME = people(['ann', 'finance', 'legal'], ['bob', 'finance'], ['oli', 'finance'], ['max', 'admin']);

function quorums(gate: string, roster: CheckedRoster, second = 'g'): Finding[] {
  const text = `name: p\naction_types: { pay: {} }\ngates: { g: { ${gate} } }\nfallback: g\nrules: [{ name: all, then: require_approval, gate: ${second} }]\n`;
  const { policy, problems } = loadPolicy(text, 'p.yaml');
  if (policy === null) throw new Error(JSON.stringify(problems));
  return checkPolicy(policy, roster).filter(({ code }) => code === 'unreachable_quorum');
}

describe('quorums', () => {
  it.each([
    ['enough people of the role', 'quorum: 3, roles: [finance]', true],
    ['too few', 'quorum: 4, roles: [finance]', false],
    ['a role that nobody has', 'quorum: 1, roles: [treasury]', false],
    ['somebody is excluded', 'quorum: 3, roles: [finance], exclude: [ann]', false],
    ['a named person fills up', 'quorum: 4, roles: [finance], people: [max]', true],
    ['a named person whom nobody knows', 'quorum: 4, roles: [finance], people: [zoe]', false],
    [
      'one of the thresholds is enough',
      'thresholds: [{ name: a, count: 5, roles: [finance] }, { name: b, count: 1, roles: [admin] }]',
      true,
    ],
    [
      'no threshold is',
      'thresholds: [{ name: a, count: 5, roles: [finance] }, { name: b, count: 2, roles: [admin] }]',
      false,
    ],
    [
      'factors by different people',
      'factors: [{ name: a, count: 2, roles: [finance] }, { name: b, count: 1, roles: [legal] }]',
      true,
    ],
    [
      'one person cannot fill two factors',
      'factors: [{ name: a, count: 3, roles: [finance] }, { name: b, count: 1, roles: [legal] }]',
      false,
    ],
    [
      'stages by different people',
      'stages: [{ name: a, count: 1, roles: [legal] }, { name: b, count: 2, roles: [finance] }]',
      true,
    ],
    [
      'one person cannot fill two stages',
      'stages: [{ name: a, count: 1, roles: [legal] }, { name: b, count: 3, roles: [finance] }]',
      false,
    ],
  ])('%s', (_name, gate, reachable) => {
    const found = quorums(gate, { reviewers: ACME });
    expect(found.map(({ severity }) => severity)).toEqual(reachable ? [] : ['error']);
  });

  it('moves people between factors until all are filled', () => {
    const roster = people(['ann', 'a', 'b'], ['bob', 'a', 'c'], ['cat', 'a']);
    const factors = ['a', 'b', 'c'].map((role) => `{ name: ${role}, count: 1, roles: [${role}] }`).join(', ');
    expect(quorums(`factors: [${factors}]`, { reviewers: roster })).toEqual([]);
    expect(quorums(`factors: [${factors}]`, { reviewers: roster.slice(0, 2) })).toHaveLength(1);
  });

  it('leaves out the operators of the agent that asks', () => {
    const agents = [{ tenant: 'acme', agent_id: 'refund-agent', operators: ['oli'] }];
    expect(quorums('quorum: 3, roles: [finance]', { reviewers: ACME, agents })).toMatchObject([
      { severity: 'error', message: expect.stringContaining('gate `g` (3 × finance)') },
    ]);
    expect(quorums('quorum: 2, roles: [finance]', { reviewers: ACME, agents })).toEqual([]);
  });

  it('warns when only some tenants can fill a gate for all', () => {
    const reviewers = [...ACME, { subject: 'gus', tenant: 'globex', roles: ['finance'] }];
    const more = 'quorum: 1, roles: [finance] }, h: { quorum: 2, roles: [finance]';
    expect(quorums(more, { reviewers }, 'h')).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('for globex') },
    ]);
  });

  it('only mentions a tenant that can fulfil none of the gates', () => {
    const reviewers = [...ACME, { subject: 'gus', tenant: 'globex', roles: ['sales'] }];
    expect(quorums('quorum: 2, roles: [finance]', { reviewers })).toMatchObject([
      { severity: 'info', message: expect.stringContaining('any gate of this policy for globex') },
    ]);
  });
});
