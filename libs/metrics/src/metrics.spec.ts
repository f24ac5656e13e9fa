import fc from 'fast-check';
import {
  advisory,
  brokenGlass,
  exceptions,
  expired,
  falseNegativeRate,
  falsePositiveRate,
  gateRate,
  harmfulExecuted,
  isOverride,
  moneyDenied,
  moneyGated,
  overrideRate,
  quantileInclusive,
  reviewerBurden,
  slaMissRate,
  timeToApprove,
} from './index.js';
import type { AcceptedVote, DecidedAction } from './index.js';

const action = (facts: Partial<DecidedAction>): DecidedAction => ({
  action_id: 'act_1',
  environment: 'production',
  action_type: 'refund',
  gate: 'finance',
  request_kind: 'approval',
  advice: null,
  mode: 'enforce',
  policy_decision: 'require_approval',
  effective_decision: 'require_approval',
  approval_status: 'approved',
  resolved_by: 'people',
  changed: false,
  opened_at: 0,
  respond_by: 3_600_000,
  resolved_at: 60_000,
  paused_ms: 0,
  redeemed_at: null,
  outcome_status: null,
  label: null,
  amount_value: null,
  amount_currency: null,
  ...facts,
});

describe('override', () => {
  const cases: [string, Partial<DecidedAction>, boolean][] = [
    ['denied by people', { approval_status: 'denied' }, true],
    ['approved as proposed', {}, false],
    ['approved with changes', { changed: true }, true],
    ['denied by policy', { approval_status: 'denied', resolved_by: 'policy' }, false],
    ['expired', { approval_status: 'expired', resolved_by: 'clock' }, false],
    ['let go by broken glass, as changed', { changed: true, resolved_by: 'admin' }, false],
    ['advisory', { mode: 'soft', approval_status: 'denied' }, false],
    ['partial rollout', { mode: 'partial', approval_status: 'denied' }, true],
  ];
  it.each(cases)('%s', (_name, facts, expected) => expect(isOverride(action(facts))).toBe(expected));

  it('counts in the base only what people resolved in a binding mode', () => {
    expect(overrideRate(cases.map(([, facts]) => action(facts)))).toEqual({ value: 3 / 4, k: 3, n: 4 });
  });
});

describe('rates', () => {
  it('are null without a base', () => {
    expect(gateRate([])).toEqual({ value: null, k: 0, n: 0 });
    expect(falsePositiveRate([action({})])).toEqual({ value: null, k: 0, n: 0 });
  });

  it('take the label as the truth and policy_decision as the prediction', () => {
    const actions = [
      action({ label: 'harmless' }),
      action({ label: 'harmless', policy_decision: 'allow' }),
      action({
        label: 'harmful',
        policy_decision: 'allow',
        effective_decision: 'allow',
        approval_status: 'not_required',
        resolved_by: 'policy',
        outcome_status: 'executed',
      }),
      action({ label: 'harmful', redeemed_at: 9 }),
      action({ label: 'harmful', redeemed_at: 9, resolved_by: 'admin' }),
      action({ label: 'harmful', redeemed_at: 9, outcome_status: 'failed' }),
    ];
    expect(falsePositiveRate(actions)).toEqual({ value: 0.5, k: 1, n: 2 });
    expect(falseNegativeRate(actions)).toEqual({ value: 1 / 4, k: 1, n: 4 });
    expect(harmfulExecuted(actions)).toEqual({ allowed_by_policy: 1, approved_by_people: 1, by_break_glass: 1 });
    expect(brokenGlass(actions)).toBe(1);
  });

  it('count an SLA miss however the request ends, and only when respond_by has passed', () => {
    const actions = [
      action({ respond_by: 100, resolved_at: 100 }),
      action({ respond_by: 100, resolved_at: 101 }),
      action({ respond_by: 100, resolved_at: null, approval_status: 'pending' }),
      action({ respond_by: 900, resolved_at: null, approval_status: 'pending' }),
    ];
    expect(slaMissRate(actions, 500)).toEqual({ value: 2 / 3, k: 2, n: 3 });
  });
});

describe('time to approve', () => {
  it('leaves frozen time out, and everything but approvals by people', () => {
    const waits = [
      action({ resolved_at: 10_000, paused_ms: 4_000 }),
      action({ resolved_at: 20_000 }),
      action({ approval_status: 'denied', resolved_at: 90_000 }),
    ];
    expect(timeToApprove(waits)).toEqual({ median_s: 13, p95_s: expect.closeTo(19.3, 9), n: 2 });
  });

  it('interpolates between the nearest values and never leaves their range', () => {
    expect(quantileInclusive([], 0.5)).toBeNull();
    expect(quantileInclusive([7], 0.95)).toBe(7);
    expect(quantileInclusive([4, 1, 3, 2], 0.5)).toBe(2.5);
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, level) => {
          const found = quantileInclusive(values, level) ?? NaN;
          return found >= Math.min(...values) && found <= Math.max(...values);
        },
      ),
    );
  });
});

describe('requests that bind nothing', () => {
  const asked = { request_kind: 'advisory', mode: 'soft', effective_decision: 'allow' } as const;
  const advised = [
    action({ ...asked, advice: 'denied', policy_decision: 'deny' }),
    action({ ...asked, advice: 'approved', policy_decision: 'deny' }),
    action({ ...asked, advice: 'denied' }),
    action({ ...asked, advice: 'approved', mode: 'partial' }),
    action({ ...asked }),
  ];

  it('have metrics of their own', () => {
    expect(advisory([...advised, action({}), action({ request_kind: null })])).toEqual({
      requests: 5,
      answered: 4,
      would_have_denied: { value: 0.5, k: 2, n: 4 },
      agreement: { value: 0.5, k: 2, n: 4 },
    });
  });

  it('are in none of the others, whatever their end looks like', () => {
    const statuses = ['approved', 'denied', 'expired'] as const;
    const all = advised.flatMap((one) =>
      statuses.map((approval_status) => ({ ...one, approval_status, respond_by: 1 })),
    );
    expect(overrideRate(all).n).toBe(0);
    expect(timeToApprove(all).n).toBe(0);
    expect(slaMissRate(all, 500).n).toBe(0);
    expect(expired(all)).toBe(0);
    expect(expired([action({ approval_status: 'expired' })])).toBe(1);
  });
});

describe('reviewer burden', () => {
  const vote = (facts: Partial<AcceptedVote>): AcceptedVote => ({
    ...{ action_id: 'a', request_kind: 'approval', counted: true, exception: null },
    ...{ reviewer_id: 'ann', voted_at: 1, shown_at: null, ...facts },
  });

  it('counts exceptions by action, where the vote binds and still counts', () => {
    const exception = 'operator';
    expect(exceptions([vote({ exception }), vote({ exception }), vote({ action_id: 'b' })])).toBe(1);
    expect(exceptions([vote({ exception, counted: false }), vote({ exception, request_kind: 'audit' })])).toBe(0);
  });

  it('counts an action once a day and caps each look at 30 minutes', () => {
    const votes = [
      vote({ voted_at: 7_200_000, shown_at: 0 }),
      vote({ voted_at: 7_260_000, shown_at: 7_200_000 }),
      vote({ action_id: 'b', voted_at: 86_400_000 }),
    ];
    expect(reviewerBurden(votes)).toEqual([
      { reviewer_id: 'ann', day: 0, actions: 1, minutes: 31 },
      { reviewer_id: 'ann', day: 1, actions: 1, minutes: null },
    ]);
  });
});

describe('money', () => {
  it('is summed exactly, by currency', () => {
    const actions = [
      action({ amount_value: '0.1', amount_currency: 'USD' }),
      action({ amount_value: '0.2', amount_currency: 'USD', approval_status: 'denied' }),
      action({ amount_value: '9007199254740993', amount_currency: 'EUR' }),
      action({ amount_value: '5', amount_currency: 'EUR', effective_decision: 'allow' }),
    ];
    expect(moneyGated(actions)).toEqual([
      { currency: 'EUR', value: '9007199254740993' },
      { currency: 'USD', value: '0.3' },
    ]);
    expect(moneyDenied(actions)).toEqual([{ currency: 'USD', value: '0.2' }]);
  });
});
