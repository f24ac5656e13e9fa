import { candidates } from './reviewers.js';

const reviewer = (subject: string, ...roles: string[]) => ({ subject, name: subject, tenant: 'acme', roles });
const people = [reviewer('ann', 'finance', 'approver'), reviewer('dan', 'approver'), reviewer('lou', 'labeller')];

describe('candidates', () => {
  it('are those who hold one of the roles, beginning with another one each turn', () => {
    expect(candidates(people, ['approver'], 0)).toEqual(['ann', 'dan']);
    expect(candidates(people, ['approver'], 1)).toEqual(['dan', 'ann']);
    expect(candidates(people, ['finance', 'labeller'], 3)).toEqual(['lou', 'ann']);
  });

  it('are none when nobody holds a role', () => {
    expect(candidates(people, ['captain'], 4)).toEqual([]);
  });
});
