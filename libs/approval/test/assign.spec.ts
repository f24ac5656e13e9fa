import fc from 'fast-check';
import type { Gate, Person } from '@countersign/events';
import { custodyDocument, createState, apply } from '../src/index.js';
import type { ActionState } from '../src/index.js';
import { custody, freeze, HOUR, T0, vote } from './records.js';
import { person, Rotating } from './rotating.js';

const asked = (event: ReturnType<typeof custody>) => ({ name: 'CustodyRequested', event }) as const;
const voted = (event: ReturnType<typeof vote>) => ({ name: 'VoteCast', event }) as const;
const out = (until = T0 + HOUR): Person => person({ absences: [{ from: T0, until }] });
const three = { ann: person(), bob: person(), cat: person() };
const stage = (name: string, roles: string[]) => ({ name, count: 1, roles, people: [] });

describe('requests that are assigned in turn', () => {
  it('go to each in turn, with the reason in the chain of custody', () => {
    const log = new Rotating().people({ ...three, dan: out() });
    const all = Array.from({ length: 6 }, () => log.open());
    const { codes } = log.assign();
    expect([log.loads(), new Set(codes)]).toEqual([{ ann: 2, bob: 2, cat: 2 }, new Set(['ok'])]);
    const [first] = all as [(typeof all)[0]];
    const action = log.states.flatMap(({ actions }) => actions.get(first.action_id) ?? [])[0] as ActionState;
    expect(custodyDocument(action, log.request(first))['facts']).toMatchObject([
      { what: 'opened' },
      {
        what: 'assigned',
        by: { issuer: 'countersign', subject: 'assignment' },
        to_subject: log.holder(first),
        reason: 'next in rotation (0 open of 10; dan is away until 2026-06-19T10:00:00.000Z)',
      },
    ]);
    expect(log.plan()).toEqual([]);
  });

  it('leave the pool of other gates alone', () => {
    const log = new Rotating().people(three);
    log.open({ assign: 'pool' });
    expect(log.plan()).toEqual([]);
  });

  // Each of these people, alone with ann, is never asked.
  it.each<[string, string, Person, Partial<Gate>]>([
    ['the agent itself', 'refund-agent', person(), {}],
    ['whom the action serves', '812', person(), {}],
    ['the operator by the action', 'oli', person(), {}],
    ['the operator by the roster', 'pat', person({ operates: ['refund-agent'] }), {}],
    ['who is excluded', 'eve', person(), { exclude: ['eve'] }],
    ['another role', 'sue', person({ roles: ['sales'] }), {}],
    ['roles that only the token knows', 'tim', person({ roles: null }), {}],
    [
      'whose stage it is not',
      'leo',
      person({ roles: ['legal'] }),
      { stages: [stage('money', ['finance']), stage('law', ['legal'])] },
    ],
  ])('never go to %s', (_, subject, entry, own) => {
    const log = new Rotating().people({ ann: person(), [subject]: entry });
    for (let n = 0; n < 5; n += 1) log.open(own);
    log.assign();
    expect(log.loads()).toEqual({ ann: 5 });
  });

  it('go to the next one after a vote or a recusal, never to the same person again', () => {
    const log = new Rotating().people(three);
    const action = log.open({ quorum: 2 });
    log.assign();
    const first = log.holder(action) as string;
    log.take(action, asked(custody(action, 'recuse', first, { reason: 'mine' })));
    log.assign();
    const second = log.holder(action) as string;
    log.take(action, voted(vote(action, second, { packet_digest: log.request(action).packet_digest })));
    log.assign();
    expect(new Set([first, second, log.holder(action)])).toEqual(new Set(['ann', 'bob', 'cat']));
  });

  it('of factors go to people who fill a place that is still free', () => {
    const log = new Rotating().people({ ...three, leo: person({ roles: ['legal'] }) });
    const action = log.open({ factors: [stage('money', ['finance']), stage('law', ['legal'])], quorum: 2 });
    log.take(action, voted(vote(action, 'ann', { packet_digest: log.request(action).packet_digest })));
    log.assign();
    expect(log.holder(action)).toBe('leo');
  });

  it('stay in the pool while all are at their limit, which is said once, and go to whoever is free first', () => {
    const log = new Rotating().people({ ann: person({ wip_limit: 1 }), bob: person({ wip_limit: 1 }) });
    const [first, , third] = [log.open(), log.open(), log.open()];
    log.assign();
    expect([log.loads(), log.why(third)]).toEqual([
      { ann: 1, bob: 1 },
      'nobody can be assigned (ann has 1 open of 1; bob has 1 open of 1)',
    ]);
    expect(log.plan()).toEqual([]);
    const free = log.holder(first) as string;
    log.take(first, voted(vote(first, free, { packet_digest: log.request(first).packet_digest })));
    expect(log.assign().codes).toEqual(['ok']);
    expect(log.holder(third)).toBe(free);
  });

  it('count what somebody claimed, and are not given away while somebody looks at them', () => {
    const log = new Rotating().people({ ann: person(), bob: person() });
    const pool = log.open({ assign: 'pool' });
    log.take(pool, asked(custody(pool, 'claim', 'ann')));
    const [looked, fresh] = [log.open(), log.open()];
    log.take(looked, asked(custody(looked, 'claim', 'ann')));
    log.assign();
    expect([log.holder(looked), log.holder(fresh)]).toEqual([null, 'bob']);
  });

  it('wait while their action is frozen', () => {
    const log = new Rotating().people(three);
    const action = log.open();
    log.take(action, { name: 'FreezeRequested', event: freeze() });
    expect(log.plan()).toEqual([]);
    log.take(action, { name: 'FreezeRequested', event: freeze({ frozen: false }) });
    expect(log.assign().codes).toEqual(['ok']);
  });

  it('of an empty roster are left to everybody, said once', () => {
    const log = new Rotating();
    const action = log.open();
    expect(log.assign().codes).toEqual(['ok']);
    expect([log.why(action), log.plan()]).toEqual(['nobody else on the roster may vote on it', []]);
  });
});

describe('somebody who cannot keep what was assigned', () => {
  const withOne = (entry: Partial<Person> = {}, own: Partial<Gate> = {}) => {
    const log = new Rotating().people({ ann: person(entry) });
    const action = log.open(own);
    log.assign();
    expect(log.holder(action)).toBe('ann');
    return { log, action };
  };

  it('is replaced by the alternate while away, and not again when back', () => {
    const { log, action } = withOne();
    log.people({ ann: { ...out(), alternates: ['dan', 'bob'] }, bob: person(), dan: person({ wip_limit: 5 }) });
    expect(log.assign().codes).toEqual(['ok']);
    expect([log.holder(action), log.why(action)]).toEqual([
      'dan',
      'ann is away until 2026-06-19T10:00:00.000Z: the alternate (0 open of 5)',
    ]);
    log.now = T0 + HOUR;
    expect(log.plan()).toEqual([]);
  });

  it('follows no alternate of an alternate', () => {
    const { log, action } = withOne();
    const bob = { ...out(), alternates: ['ann', 'zed'] };
    log.people({ ann: { ...out(), alternates: ['bob'] }, bob, zed: person({ roles: ['sales'] }), cat: person() });
    log.assign();
    expect([log.holder(action), log.why(action)]).toEqual([
      'cat',
      'ann is away until 2026-06-19T10:00:00.000Z: next in rotation (0 open of 10; bob is away until 2026-06-19T10:00:00.000Z)',
    ]);
  });

  it.each<[string, Person | null, string]>([
    ['taken off the roster', null, 'ann was taken off the roster: next in rotation (0 open of 10)'],
    ['without the role', person({ roles: [] }), 'ann may not vote any more: next in rotation (0 open of 10)'],
    [
      'now the operator',
      person({ operates: ['refund-agent'] }),
      'ann may not vote any more: next in rotation (0 open of 10)',
    ],
  ])('is replaced when %s', (_, entry, reason) => {
    const { log, action } = withOne();
    log.people({ ann: entry, bob: person() });
    log.assign();
    expect([log.holder(action), log.why(action)]).toEqual(['bob', reason]);
  });

  it('leaves it in the pool when nobody else can be asked, and gets it again when back', () => {
    const { log, action } = withOne();
    log.people({ ann: out() });
    log.assign();
    expect([log.holder(action), log.why(action)]).toEqual([
      null,
      'ann is away until 2026-06-19T10:00:00.000Z: nobody else on the roster may vote on it',
    ]);
    expect(log.plan()).toEqual([]);
    log.now = T0 + HOUR;
    log.assign();
    expect(log.holder(action)).toBe('ann');
  });

  it('keeps it while at work on it, and what somebody handed on knowingly', () => {
    const { log, action } = withOne();
    log.take(action, asked(custody(action, 'claim', 'ann')));
    log.people({ ann: out(), bob: out() });
    expect(log.plan()).toEqual([]);
    log.take(action, asked(custody(action, 'reassign', 'ann', { to_subject: 'bob' })));
    log.people({ cat: person() });
    expect(log.plan()).toEqual([]);
  });

  it('hands an escalated request up, once, where one of those roles is free', () => {
    const { log, action } = withOne({}, { escalate_roles: ['lead'] });
    log.people({ bob: person() });
    log.take(action, asked(custody(action, 'escalate', 'ann', { reason: 'too large for me' })));
    expect(log.plan()).toEqual([]);
    log.people({ leo: person({ roles: ['lead'] }), lea: person({ roles: ['lead'] }) });
    log.assign();
    expect(log.why(action)).toBe('escalated: next in rotation (0 open of 10)');
    expect(['lea', 'leo']).toContain(log.holder(action));
    expect(log.plan()).toEqual([]);
  });
});

describe('two instances at once', () => {
  it('give a request to one person, whatever each of them has planned', () => {
    const log = new Rotating().people({ ann: person(), bob: person() });
    const action = log.open();
    const one = log.plan();
    log.people({ [one[0]?.to?.subject ?? '']: null });
    const other = log.plan();
    expect(other[0]?.to).not.toEqual(one[0]?.to);
    expect([...one, ...other].map((each) => log.put(each).code)).toEqual(['ok', 'duplicate_request']);
    expect(log.request(action).custody).toHaveLength(1);
  });

  it('take it from somebody once', () => {
    const log = new Rotating().people({ ann: person() });
    const action = log.open();
    log.assign();
    log.people({ ann: out(), bob: person() });
    const one = log.plan();
    log.people({ bob: null, cat: person() });
    const other = log.plan();
    expect([...one, ...one, ...other].map((each) => log.put(each).code)).toEqual(['ok', 'ok', 'duplicate_request']);
    expect([log.holder(action), log.request(action).custody?.length]).toEqual(['bob', 2]);
  });
});

describe('rotation over many requests', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const team = (size: number, entry: Partial<Person> = {}) =>
    Object.fromEntries(names.slice(0, size).map((name) => [name, person({ wip_limit: 1_000, ...entry })]));
  const spread = (loads: Record<string, number>, size: number): number => {
    const all = names.slice(0, size).map((name) => loads[name] ?? 0);
    return Math.max(...all) - Math.min(...all);
  };

  it('gives equal people as many, one more at most', () => {
    const property = fc.property(
      fc.integer({ min: 1, max: 6 }),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 }),
      (size, waves) => {
        const log = new Rotating().people(team(size));
        for (const wave of waves) {
          for (let n = 0; n < wave; n += 1) log.open();
          log.assign();
          expect(spread(log.loads(), size)).toBeLessThanOrEqual(1);
        }
      },
    );
    fc.assert(property, { numRuns: 60 });
  });

  const step = fc.oneof(
    fc.record({
      what: fc.constant('open' as const),
      agent: fc.constantFrom('x', 'y', 'refund-agent'),
      quorum: fc.constantFrom(1, 2),
    }),
    fc.record({
      what: fc.constantFrom('vote' as const, 'recuse' as const, 'claim' as const),
      at: fc.nat(),
      who: fc.constantFrom(...names),
    }),
    fc.record({
      what: fc.constantFrom('away' as const, 'back' as const, 'off' as const),
      who: fc.constantFrom(...names),
    }),
  );

  it('never goes over a limit or to somebody who may not', () => {
    const property = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const log = new Rotating()
        .people(team(5, { wip_limit: 3 }))
        .people({ oli: person(), f: person({ operates: ['y'], wip_limit: 2 }) });
      for (const one of steps) {
        if (one.what === 'open') log.open({ quorum: one.quorum }, { agent_id: one.agent });
        else if ('at' in one) act(log, one);
        else
          log.people({
            [one.who]:
              one.what === 'off' ? null : one.what === 'away' ? out(T0 + 1_000 * HOUR) : person({ wip_limit: 3 }),
          });
        checkRound(log);
      }
    });
    fc.assert(property, { numRuns: 150 });
  });

  function act(log: Rotating, { what, at, who }: { what: 'vote' | 'recuse' | 'claim'; at: number; who: string }): void {
    const action = log.actions[at % Math.max(1, log.actions.length)];
    if (action === undefined) return;
    const { packet_digest } = log.request(action);
    log.take(action, what === 'vote' ? voted(vote(action, who, { packet_digest })) : asked(custody(action, what, who)));
  }

  function checkRound(log: Rotating): void {
    const before = log.loads();
    const { planned, codes } = log.assign();
    expect(codes.every((code) => code === 'ok')).toBe(true);
    const after = log.loads();
    for (const { action, to, request } of planned) {
      const agent = action.decided.agent_id;
      if (to === null) continue;
      const { person: entry } = log.roster.get(`acme\n${to.subject}`) ?? {};
      expect([to.subject === 'oli', entry?.absences, entry?.operates.includes(agent)]).toEqual([false, [], false]);
      expect(request.recused?.some(({ subject }) => subject === to.subject) ?? false).toBe(false);
    }
    for (const [subject, held] of Object.entries(after)) {
      const limit = log.roster.get(`acme\n${subject}`)?.person?.wip_limit ?? Infinity;
      expect(held).toBeLessThanOrEqual(Math.max(limit, before[subject] ?? 0));
    }
    expect(log.plan()).toEqual([]);
  }

  it('never gives two in a row of one agent to the same person of several', () => {
    const property = fc.property(
      fc.integer({ min: 2, max: 6 }),
      fc.array(fc.boolean(), { maxLength: 40 }),
      (size, answers) => {
        const log = new Rotating().people(team(size));
        let before: string | null = null;
        for (const isAnswered of answers) {
          const action = log.open();
          log.assign();
          const holder = log.holder(action) as string;
          expect(holder).not.toBe(before);
          before = holder;
          const { packet_digest } = log.request(action);
          if (isAnswered) log.take(action, voted(vote(action, holder, { packet_digest })));
        }
      },
    );
    fc.assert(property, { numRuns: 60 });
  });

  it('plans the same again from the log alone', () => {
    const log = new Rotating().people(team(4));
    for (let n = 0; n < 20; n += 1) {
      log.open({}, { agent_id: `agent-${n % 3}` });
      if (n % 4 === 0) log.assign();
    }
    const again = new Rotating().people(team(4));
    log.logs.forEach((records, at) => records.forEach((record) => apply(again.states[at] ?? createState(at), record)));
    const said = (one: Rotating) =>
      one.plan().map(({ request, to, reason }) => [request.request_id, to?.subject, reason]);
    expect(said(again)).toEqual(said(log));
    expect(said(log).length).toBeGreaterThan(0);
  });
});
