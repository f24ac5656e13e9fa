import fc from 'fast-check';
import type { PolicyAction } from '../action.js';
import { decide } from '../decide.js';
import { loadPolicy } from '../load-policy.js';
import { backtest } from './backtest.js';
import { chartOf } from './chart.js';
import type { Contender, HistoryRow } from './history-row.js';

const text = (limit: string, more = ''): string => `name: pay
action_types: { pay: { facts: { amount: { at: /parameters/amount, type: money, currency: USD } } } }
rules:
  - { name: small, when: 'amount < money("${limit}", "USD")', then: allow }
${more}
  - { name: rest, then: require_approval, gate: one }
gates: { one: { quorum: 1, roles: [finance] }, two: { quorum: 2, roles: [finance] } }
fallback: two
`;

function contender(content: string, version = 1): Contender {
  const { policy, problems } = loadPolicy(content, 'pay.yaml');
  if (policy === null) throw new Error(JSON.stringify(problems));
  return { name: 'pay', content_hash: content, decide: ({ action }) => decide({ policy, version }, action) };
}

const ACTIVE = contender(text('100.00'));
const LOOSER = contender(text('200.00'), 2);
const STRICTER = contender(
  text('50.00', '  - { name: large, when: \'amount > money("900.00", "USD")\', then: deny }'),
  2,
);

const actionOf = (value: string | null): PolicyAction => ({
  ...{ action_type: 'pay', environment: 'production', target: null, on_behalf_of: null, agent_version: 'v1' },
  ...{ model_id: 'm1', confidence: null, signals: null, before: null, after: null },
  parameters: value === null ? {} : { amount: { value, currency: 'USD' } },
});

/** A row as the active version would have recorded it. */
function row(id: number, value: string | null, over: Partial<HistoryRow> = {}): HistoryRow {
  const action = actionOf(value);
  const facts = { action_id: `act_${id}`, decided_at: '2026-01-01T00:00:00.000Z', action };
  const blank = {
    decision: null as never,
    changed: false,
    outcome_status: null,
    post_checks_failed: null,
    label: null,
  };
  const unseen = { ...facts, ...blank, approval_status: '', resolved_by: null, handling_ms: null, waited_ms: null };
  const draft: HistoryRow = { ...unseen, amount: value === null ? null : { value, currency: 'USD' }, sla_missed: null };
  const { policy_name, policy_version, policy_decision, effective_decision, mode, gate } = ACTIVE.decide(draft);
  const verdict = { policy_name, policy_version, policy_decision, effective_decision, mode };
  const decision = { ...verdict, gate: gate?.name ?? null, unproven: null, draw_key_id: null };
  const gated = effective_decision === 'require_approval';
  const end = { approval_status: gated ? 'approved' : 'not_required', resolved_by: gated ? 'people' : 'policy' };
  const people = gated ? { handling_ms: 60_000, waited_ms: 120_000, sla_missed: false } : {};
  return { ...draft, decision, ...end, ...people, ...over };
}

const HISTORY = [
  row(1, '10.00', { outcome_status: 'executed', label: 'harmless' }),
  row(2, '150.00', { approval_status: 'denied', handling_ms: 90_000, label: 'harmful', sla_missed: true }),
  row(3, '150.10', { changed: true, handling_ms: 30_000, outcome_status: 'executed', label: 'harmless' }),
  row(4, '199.99', { outcome_status: 'rolled_back' }),
  row(5, '500.00', { label: 'harmless' }),
  row(6, '70.00', { outcome_status: 'executed', post_checks_failed: 2 }),
  row(7, '1000.00', { approval_status: 'expired', resolved_by: 'clock', handling_ms: null, sla_missed: true }),
  row(8, null),
];

const run = (candidate: Contender, rows = HISTORY, min_history = 1) =>
  backtest({ candidate, active: ACTIVE, min_history }, rows);

describe('backtest', () => {
  it('finds no difference for the active version over its own history', () => {
    const { result, changed_actions } = run(ACTIVE);
    expect(result).toMatchObject({ changed: 0, changes: [], reproduced: { k: 8, n: 8 }, before: result.after });
    expect(result.newly_auto).toMatchObject({ actions: 0, money: [] });
    expect(changed_actions).toEqual([]);
  });

  it('tells what would newly run by itself, what people had said of it, and the money', () => {
    const { result, changed_actions } = run(LOOSER);
    expect(result).toMatchObject({
      status: 'complete',
      ...{ actions: 8, changed: 3, before: { auto: 2, gated: 6, denied: 0 }, after: { auto: 5, gated: 3, denied: 0 } },
      changes: [{ from: 'one', to: 'auto', actions: 3 }],
      newly_auto: {
        ...{ actions: 3, denied_by_people: 1, edited_by_people: 1, denied_by_policy: 0, expired_or_cancelled: 0 },
        ...{ labelled_harmful: 1, without_amount: 0, money: [{ value: '500.09', currency: 'USD' }] },
      },
    });
    expect(changed_actions.map(({ action_id, concern }) => [action_id, concern])).toEqual([
      ['act_2', 'denied_by_people'],
      ['act_3', 'edited_by_people'],
      ['act_4', null],
    ]);
    expect(changed_actions[0]).toMatchObject({
      before: { way: 'gated', gate: 'one' },
      after: { way: 'auto', rule: 'small' },
    });
  });

  it('tells which actions would wait at another gate', () => {
    const large = '  - { name: large, when: \'amount > money("900.00", "USD")\', then: require_approval, gate: two }';
    const { result, changed_actions } = run(contender(text('100.00', large), 2));
    expect(result).toMatchObject({
      ...{ changed: 2, changes: [{ from: 'one', to: 'two', actions: 2 }], newly_auto: { actions: 0 } },
      reviewer_minutes: { before: '5.00', after: '6.00' },
      gates: [{ gate: 'one' }, { gate: 'two', median_handling_s: null, after: { estimated: 2, minutes: '2.00' } }],
    });
    // Without an amount it could be a large one.
    expect(changed_actions.map(({ action_id }) => action_id)).toEqual(['act_7', 'act_8']);
  });

  it('counts false positives and negatives before and after, by label and by outcome', () => {
    const { labels, outcomes } = run(LOOSER).result;
    expect(labels).toEqual({
      ...{ harmful: 1, harmless: 3, unknown: 4 },
      before: { false_positives: 2, false_negatives: 0 },
      after: { false_positives: 1, false_negatives: 1 },
    });
    expect(outcomes).toEqual({
      ...{ harmful: 2, harmless: 2, unknown: 4 },
      before: { false_positives: 1, false_negatives: 1 },
      after: { false_positives: 0, false_negatives: 2 },
    });
  });

  it("takes recorded minutes where a gate held the action, and the gate's median where it newly would", () => {
    const { gates, reviewer_minutes } = run(STRICTER).result;
    expect(reviewer_minutes).toEqual({ before: '5.00', after: '5.00' });
    expect(gates).toHaveLength(1);
    expect(gates[0]).toEqual({
      ...{ gate: 'one', median_handling_s: '60.000', recorded_sla: { k: 2, n: 6 } },
      before: { actions: 6, estimated: 0, minutes: '5.00', sla_misses: 2 },
      // The expired one and the one without an amount are denied now; one small payment newly waits.
      after: { actions: 5, estimated: 1, minutes: '5.00', sla_misses: 2 },
    });
  });

  it('says when a gate has no record to estimate lateness from', () => {
    const gate = run(
      contender(
        text('10.00', '  - { name: odd, when: \'amount < money("60.00", "USD")\', then: require_approval, gate: two }'),
        2,
      ),
      [row(1, '50.00')],
    ).result.gates;
    expect(gate).toMatchObject([{ gate: 'two', after: { actions: 1, estimated: 1, minutes: null, sla_misses: null } }]);
  });

  it('compares with what the active version would say where another version decided', () => {
    const other = row(9, '150.00');
    const older = { ...other, decision: { ...other.decision, policy_version: 7, effective_decision: 'deny' as const } };
    expect(run(ACTIVE, [older]).result).toMatchObject({ changed: 0, reproduced: { k: 0, n: 0 } });
    const watching = { ...other.decision, mode: 'shadow', effective_decision: 'allow' as const, gate: null };
    const { result } = run(ACTIVE, [{ ...other, decision: watching }]);
    expect(result).toMatchObject({ changed: 0, reproduced: { k: 0, n: 0 }, before: { gated: 1 } });
  });

  it('does not hide a record that the version does not reproduce', () => {
    const other = row(9, '150.00');
    const wrong = { ...other, decision: { ...other.decision, effective_decision: 'allow' as const, gate: null } };
    const { result } = run(ACTIVE, [wrong]);
    expect(result).toMatchObject({ changed: 1, reproduced: { k: 0, n: 1 }, changes: [{ from: 'auto', to: 'one' }] });
  });

  it('has too little to say about too few actions', () => {
    expect(run(LOOSER, HISTORY, 9).result.status).toBe('insufficient_history');
    expect(run(LOOSER, HISTORY, 8).result.status).toBe('complete');
    expect(backtest({ candidate: LOOSER, active: null }, HISTORY).result.min_history).toBe(200);
  });

  it('has one hash for the same actions in any order, another for other ones', () => {
    const { result_hash } = run(STRICTER);
    const shuffled = fc.shuffledSubarray(HISTORY, { minLength: HISTORY.length, maxLength: HISTORY.length });
    fc.assert(fc.property(shuffled, (rows) => expect(run(STRICTER, rows).result_hash).toBe(result_hash)));
    const other = HISTORY.map((one) => (one.action_id === 'act_6' ? row(66, '70.00') : one));
    expect(run(STRICTER, other).result_hash).not.toBe(result_hash);
  });

  it('draws what is not 0', () => {
    const chart = chartOf(
      { before: { auto: 1, gated: 1000, denied: 0 }, after: { auto: 501, gated: 500, denied: 0 } },
      8,
    );
    expect(chart.split('\n')).toEqual([
      'auto    before  ▏ 1',
      '        after   ████ 501',
      'gated   before  ████████ 1000',
      '        after   ████ 500',
      'denied  before   0',
      '        after    0',
    ]);
  });
});
