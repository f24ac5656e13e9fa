import fc from 'fast-check';
import { choose } from '../src/choose.js';
import type { Candidate, Turn } from '../src/choose.js';
import { HOUR, T0 } from './records.js';

const one = (subject: string, overrides: Partial<Candidate> = {}): Candidate => ({
  ...{ subject, roles: ['finance'], open: 0, limit: 10, away_until: null, last_at: -1 },
  ...overrides,
});
const turn: Turn = { request_id: 'req_1', last: null, alternates: [] };
const away = { away_until: T0 + HOUR };
const full = { open: 10 };

describe('whose turn it is', () => {
  it.each<[string, Candidate[], Partial<Turn>, [subject: string | null, reason: string]]>([
    ['least open', [one('ann', { open: 2 }), one('bob', { open: 1 })], {}, ['bob', 'next in rotation (1 open of 10)']],
    [
      'waited longest where all have as much',
      [one('ann', { last_at: 7 }), one('bob', { last_at: 3 })],
      {},
      ['bob', 'next in rotation (0 open of 10)'],
    ],
    [
      'never had one comes first',
      [one('ann', { last_at: 0 }), one('bob')],
      {},
      ['bob', 'next in rotation (0 open of 10)'],
    ],
    [
      'not who had the agent’s last one, even with more open',
      [one('ann'), one('bob', { open: 3 })],
      { last: 'ann' },
      ['bob', "next in rotation (3 open of 10; ann had this agent's last one)"],
    ],
    [
      'who had the agent’s last one where nobody else can be asked',
      [one('ann'), one('bob', full), one('cat', away)],
      { last: 'ann' },
      ['ann', 'next in rotation (0 open of 10; bob has 10 open of 10; cat is away until 2026-06-19T10:00:00.000Z)'],
    ],
    [
      'the first alternate who is there',
      [one('ann'), one('bob', away), one('cat', { open: 9 })],
      { alternates: ['bob', 'zoe', 'cat', 'ann'] },
      ['cat', 'the alternate (9 open of 10; bob is away until 2026-06-19T10:00:00.000Z)'],
    ],
    [
      'rotation where no alternate can be asked',
      [one('ann'), one('bob', full)],
      { alternates: ['bob'] },
      ['ann', 'next in rotation (0 open of 10; bob has 10 open of 10)'],
    ],
    ['nobody at all', [], {}, [null, 'nobody can be assigned']],
    ['nobody who is free', [one('ann', full)], {}, [null, 'nobody can be assigned (ann has 10 open of 10)']],
    [
      'names five of many',
      'abcdefgh'.split('').map((name) => one(name, full)),
      {},
      [
        null,
        `nobody can be assigned (${'abcde'
          .split('')
          .map((name) => `${name} has 10 open of 10`)
          .join('; ')}; 3 more cannot either)`,
      ],
    ],
  ])('%s', (_, candidates, overrides, expected) => {
    const choice = choose(candidates, { ...turn, ...overrides });
    expect([choice.candidate?.subject ?? null, choice.reason]).toEqual(expected);
  });

  it('takes the least loaded of those whom it may ask, whatever the order in which they come', () => {
    const people = fc.uniqueArray(
      fc.record({
        subject: fc.constantFrom(...'abcdefgh'),
        open: fc.nat(4),
        limit: fc.integer({ min: 1, max: 4 }),
        away_until: fc.constantFrom(null, null, T0),
        last_at: fc.integer({ min: -1, max: 3 }),
      }),
      { selector: ({ subject }) => subject },
    );
    const property = fc.property(people, fc.constantFrom(null, ...'abcdefgh'), fc.uuid(), (made, last, request_id) => {
      const candidates = made.map((each) => one(each.subject, each));
      const { candidate } = choose(candidates, { ...turn, request_id, last });
      expect(choose(candidates.toReversed(), { ...turn, request_id, last }).candidate).toEqual(candidate);
      const free = candidates.filter(({ away_until, open, limit }) => away_until === null && open < limit);
      if (free.length === 0) return expect(candidate).toBeNull();
      const others = free.filter(({ subject }) => subject !== last);
      const asked = others.length === 0 ? free : others;
      expect(asked).toContainEqual(candidate);
      expect(candidate?.open).toBe(Math.min(...asked.map(({ open }) => open)));
    });
    fc.assert(property, { numRuns: 1_000 });
  });
});
