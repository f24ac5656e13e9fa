import fc from 'fast-check';
import { decide } from '../decide.js';
import { loadPolicy } from '../load-policy.js';
import type { PolicyAction } from '../action.js';
import { referenceDifferences } from '../reference/compare.js';
import { countsOf, Denials, DENIALS_REMEMBERED_MS } from './denials.js';
import type { Asking, Denial } from './denials.js';
import { recordedDenials } from './trail.js';

const DAY = 86_400_000;
const asks: Asking = {
  ...{ tenant: 'acme', agent_id: 'bot', action_type: 'pay', target: 'order:1', digest: 'd1', action_id: 'act_new' },
};
const denied = (over: Partial<Denial> = {}): Denial => ({
  ...asks,
  ...{ action_id: 'act_1', request_id: 'req_1', reviewer_id: 'ann', reason: 'no', at: 1_000 },
  earlier_digests: [],
  ...over,
});
const fold = (...all: Partial<Denial>[]): Denials => {
  const denials = new Denials();
  for (const one of all) denials.add(denied(one));
  return denials;
};

describe('denials', () => {
  it.each<[string, Partial<Denial>, string[]]>([
    ['the same digest', {}, ['digest']],
    ['the same digest of another agent', { agent_id: 'other', target: 'order:9' }, ['digest']],
    ['the same agent, type and target', { digest: 'd2' }, ['target']],
    ['an edited version of the same digest', { digest: 'd9', earlier_digests: ['d1', 'd8'], target: null }, ['digest']],
    ['an edited version of another digest', { digest: 'd9', earlier_digests: ['d8'], target: null }, []],
    ['another tenant', { tenant: 'zeta' }, []],
    ['another agent', { agent_id: 'other', digest: 'd2' }, []],
    ['another type', { action_type: 'note', digest: 'd2' }, []],
    ['another target', { target: 'order:2', digest: 'd2' }, []],
    ['the action itself', { action_id: 'act_new' }, []],
  ])('of %s', (_, over, same) => {
    expect(
      fold(over)
        .before(asks, 2_000)
        .map((one) => one.same),
    ).toEqual(same);
  });

  it('count from their publication on, for 30 days', () => {
    const at = (timeMs: number): number => fold({}).before(asks, timeMs).length;
    const ends = 1_000 + DENIALS_REMEMBERED_MS;
    expect([at(999), at(1_000), at(ends - 1), at(ends)]).toEqual([0, 1, 1, 0]);
  });

  it('name who denied what, when and why, the newest first; a copy is no second one', () => {
    const newer = { action_id: 'act_2', request_id: 'req_2', digest: 'd2', at: 3_000, reason: null };
    expect(fold({}, newer, {}).before(asks, 4_000)).toEqual([
      { action_id: 'act_2', request_id: 'req_2', reviewer_id: 'ann', reason: null, at: 3_000, same: 'target' },
      { action_id: 'act_1', request_id: 'req_1', reviewer_id: 'ann', reason: 'no', at: 1_000, same: 'digest' },
    ]);
  });

  it('of nothing in particular are not about the same thing', () => {
    expect(fold({ target: null, digest: 'd2' }).before({ ...asks, target: null }, 2_000)).toEqual([]);
  });

  it('cut a long reason between code points', () => {
    const [one] = fold({ reason: `a${'😀'.repeat(600)}` }).before(asks, 2_000);
    expect([one?.reason?.isWellFormed(), Array.from(one?.reason ?? '').length]).toEqual([true, 500]);
  });

  it('are bounded: 20 of a kind, and none beyond their time', () => {
    const many = fold(...Array.from({ length: 50 }, (_, n) => ({ request_id: `req_${n}`, at: n })));
    expect(many.before(asks, 100).map(({ at }) => at)).toEqual(Array.from({ length: 20 }, (_, n) => 49 - n));
    for (let n = 0; n < 1_000; n += 1) many.add(denied({ request_id: `late_${n}`, target: `t${n}`, at: 40 * DAY + n }));
    expect(many.size).toBe(1_000);
  });

  it('are the same whatever the order in which they are read', () => {
    const some = fc.array(
      fc.record({
        request_id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
        at: fc.integer({ min: 0, max: 20 }).map((days) => days * DAY),
        digest: fc.constantFrom('d1', 'd2'),
      }),
    );
    const byRequest = (all: { request_id: string }[]) => [...new Map(all.map((one) => [one.request_id, one])).values()];
    fc.assert(
      fc.property(some, (all) => {
        const once = byRequest(all) as Partial<Denial>[];
        expect(fold(...once.toReversed()).before(asks, 25 * DAY)).toEqual(fold(...once).before(asks, 25 * DAY));
      }),
    );
  });
});

const { policy } = loadPolicy(
  `name: pays
action_types: { pay: {}, note: {} }
rules:
  - { name: never, for: [pay], when: denials.same_digest > 1, then: deny }
  - { name: again, for: [pay], when: denials.same_target > 0, then: require_approval, gate: g }
  - { name: rest, then: allow }
gates: { g: { quorum: 1, roles: [r] } }
fallback: g
`,
  'pays.yaml',
);
const action: PolicyAction = {
  ...{ action_type: 'pay', environment: 'production', target: 'order:1', on_behalf_of: null, parameters: {} },
  ...{ agent_version: 'v1', model_id: 'm1', confidence: null, signals: null, before: null, after: null },
};
const speaker = { policy: policy!, version: 1 };

describe('a policy that asks for denials', () => {
  it.each([
    ['nothing', undefined, 'rest', []],
    ['none', { same_digest: 0, same_target: 0 }, 'rest', []],
    ['one of the target', { same_digest: 0, same_target: 1 }, 'again', []],
    ['two of the digest', { same_digest: 2, same_target: 2 }, 'never', []],
    ['not known', null, 'never', ['/denials/same_digest', '/denials/same_target']],
  ] as const)('where there are %s', (_, denials, rule, unknown) => {
    const asked = denials === undefined ? action : { ...action, denials };
    const decision = decide(speaker, asked);
    expect([decision.rule, [...decision.unknown].sort()]).toEqual([rule, unknown]);
    expect(referenceDifferences(policy!, asked)).toEqual([]);
  });

  it('is decided again from its own record', () => {
    const denials = countsOf([{ same: 'digest' }, { same: 'target' }]);
    const first = decide(speaker, { ...action, denials });
    const recorded = recordedDenials(JSON.stringify(first.trail));
    expect([recorded, decide(speaker, { ...action, denials: recorded })]).toEqual([denials, first]);
    expect(recordedDenials(JSON.stringify(decide(speaker, action).trail))).toEqual({ same_digest: 0, same_target: 0 });
  });

  it('cannot have them stated by the agent, or declare them itself', () => {
    const stated = { ...action, parameters: { denials: { same_target: 9 } }, signals: { denials: { same_target: 9 } } };
    expect(decide(speaker, stated).rule).toBe('rest');
    const { problems } = loadPolicy(
      'name: a\nfacts: { denials: { at: /parameters/x, type: int } }\naction_types: { pay: {} }\ngates: { g: { quorum: 1, roles: [r] } }\nfallback: g\n',
      'a.yaml',
    );
    expect(problems.map(({ message }) => message)).toEqual(['expected another name: this word is reserved']);
  });
});
