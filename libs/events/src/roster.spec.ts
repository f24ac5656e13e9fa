import { applyRoster, isAbsent, peopleOf, rolesBy } from './index.js';
import type { Person, Roster, RosterChanged } from './index.js';

const person = (overrides: Partial<Person> = {}): Person => ({
  ...{ name: null, roles: ['finance'], teams: [], operates: [], alternates: [], absences: [], wip_limit: null },
  ...overrides,
});

const changed = (overrides: Partial<RosterChanged> = {}): RosterChanged => ({
  ...{ tenant: 'acme', subject: 'ann', issuer: null, person: person(), source: 'file', content_hash: 'sha256:1' },
  ...{ changed_by_issuer: null, changed_by: 'operator', reason: null },
  ...overrides,
});

const fold = (...changes: RosterChanged[]): Roster => {
  const roster: Roster = new Map();
  changes.forEach((change, at) => applyRoster(roster, change, at));
  return roster;
};

const ann = { tenant: 'acme', issuer: null, subject: 'ann', roles: ['finance', 'legal'] };

describe('roster', () => {
  it.each<[string, RosterChanged[], string[] | null]>([
    ['nobody is known: the token speaks', [], ['finance', 'legal']],
    ['the roster names roles', [changed()], ['finance']],
    ['the roster names no role at all', [changed({ person: person({ roles: [] }) })], []],
    ['the roster leaves them to the token', [changed({ person: person({ roles: null }) })], ['finance', 'legal']],
    ['taken off', [changed(), changed({ person: null, source: 'api' })], null],
    ['of another issuer', [changed({ issuer: 'https://other', person: null })], ['finance', 'legal']],
    ['operates an agent', [changed({ person: person({ operates: ['bot'] }) })], ['finance', 'operates:bot']],
    ['of another tenant', [changed({ tenant: 'globex', person: null })], ['finance', 'legal']],
  ])('gives the roles that count: %s', (_name, changes, roles) => {
    expect(rolesBy(fold(...changes), ann)).toEqual(roles);
  });

  it('lets a live change stand until the file says something else', () => {
    const live = changed({ person: person({ roles: ['legal'] }), source: 'api', content_hash: 'sha256:2' });
    expect(rolesBy(fold(changed(), live, changed()), ann)).toEqual(['legal']);
    const edited = changed({ person: person({ roles: [] }), content_hash: 'sha256:3' });
    expect(rolesBy(fold(changed(), live, edited), ann)).toEqual([]);
  });

  it('does not bring back by a restart whom an administrator took off', () => {
    const off = changed({ person: null, source: 'api', content_hash: 'sha256:0' });
    expect(peopleOf(fold(changed(), off, changed()), 'acme')).toEqual([]);
  });

  it('takes off whom a file leaves out, once', () => {
    const gone = changed({ person: null, content_hash: 'sha256:0' });
    const live = changed({ source: 'api', content_hash: 'sha256:4' });
    expect(peopleOf(fold(changed(), gone), 'acme')).toEqual([]);
    expect(peopleOf(fold(changed(), gone, live, gone), 'acme')).toHaveLength(1);
  });

  it('knows who is out, from the first moment to the last', () => {
    const out = person({ absences: [{ from: 10, until: 20 }] });
    expect([9, 10, 19, 20].map((now) => isAbsent(out, now))).toEqual([false, true, true, false]);
  });
});
