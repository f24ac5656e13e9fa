import { decide } from '../decide.js';
import { loadPolicy } from '../load-policy.js';
import type { PolicyAction } from '../action.js';
import type { CountedWindows } from './counted.js';
import { editedWindows } from './edited.js';
import { entriesOf } from './entries.js';
import { pastWindows, recount } from './replay.js';
import { recordedWindows, windowTrail } from './trail.js';
import { longestWindowMs, windowsOf } from './windows.js';

const text = (limit: number, window = '24h', name = 'pay'): string => `name: ${name}
action_types: { refund: { facts: { amount: { at: /parameters/amount, type: money, currency: USD } } }, note: {} }
velocity:
  day: { key: on_behalf_of, window: ${window}, for: [refund] }
  total: { key: on_behalf_of, window: ${window}, sum: amount, for: [refund] }
rules:
  - { name: often, for: [refund], when: velocity.day > ${limit}, then: require_approval, gate: g }
  - { name: rest, then: allow }
gates: { g: { quorum: 1, roles: [r] } }
fallback: g
`;

function policyOf(content: string) {
  const { policy, problems } = loadPolicy(content, 'pay.yaml');
  if (policy === null) throw new Error(JSON.stringify(problems));
  return policy;
}

const policy = policyOf(text(2));
const actor = (action_id: string) => ({ tenant: 'acme', action_id, agent_id: 'bot' });
const refund = (value: string): PolicyAction => ({
  ...{ action_type: 'refund', environment: 'production', target: null, on_behalf_of: 'customer:1' },
  ...{ agent_version: 'v1', model_id: 'm1', confidence: null, signals: null, before: null, after: null },
  parameters: { amount: { value, currency: 'USD' } },
});
const DAY = 'pay/day:on_behalf_of:86400s';
const TOTAL = 'pay/total:on_behalf_of:86400s:amount';
const usd = (value: string) => ({ value, currency: 'USD' });

describe('windows of a policy', () => {
  it('are those of the types that count', () => {
    expect(windowsOf(policy, 'refund').map(({ id }) => id)).toEqual([DAY, TOTAL]);
    expect(windowsOf(policy, 'note')).toEqual([]);
    expect(entriesOf([policy], actor('a'), { ...refund('1.00'), action_type: 'note' })).toEqual([]);
    expect(longestWindowMs([policy, policyOf(text(2, '7d'))])).toBe(7 * 86_400_000);
    expect(longestWindowMs([])).toBe(0);
  });

  it('are shared by versions that declare them alike, and apart otherwise', () => {
    const entries = entriesOf(
      [policy, policyOf(text(9)), policyOf(text(2, '7d')), policyOf(text(2, '24h', 'two'))],
      actor('a'),
      refund('1.00'),
    );
    expect(entries.map(({ window }) => window)).toEqual([
      DAY,
      TOTAL,
      'pay/day:on_behalf_of:604800s',
      'pay/total:on_behalf_of:604800s:amount',
      'two/day:on_behalf_of:86400s',
      'two/total:on_behalf_of:86400s:amount',
    ]);
  });
});

describe('a decision', () => {
  const counted = {
    [DAY]: { count: 3, sum: null, at_ms: 5, offset: 1 },
    [TOTAL]: { count: 3, sum: usd('3.00'), at_ms: 5, offset: 2 },
    'two/day:on_behalf_of:86400s': { count: 1, sum: null, at_ms: 5, offset: 3 },
  };

  it('reads the windows of its own policy, and names all that were counted', () => {
    const action = { ...refund('1.00'), counted };
    const strict = decide({ policy, version: 1 }, action);
    expect(strict).toMatchObject({ effective_decision: 'require_approval', rule: 'often' });
    expect(decide({ policy: policyOf(text(2, '24h', 'two')), version: 1 }, action).rule).toBe('rest');
    expect(recordedWindows(JSON.stringify(strict.trail))).toEqual(counted);
  });

  it('can be repeated from what its explanation recorded', () => {
    const first = decide({ policy, version: 1 }, { ...refund('1.00'), counted });
    const again = decide(
      { policy, version: 1 },
      { ...refund('1.00'), counted: recordedWindows(JSON.stringify(first.trail)) },
    );
    expect(again).toEqual(first);
  });

  it('is strict where nothing was counted, and where the count is unknown', () => {
    const unknown: (CountedWindows | null)[] = [{}, { [DAY]: { count: null, sum: null, at_ms: 1, offset: 0 } }, null];
    for (const windows of unknown)
      expect(decide({ policy, version: 1 }, { ...refund('1.00'), counted: windows }).effective_decision).toBe(
        'require_approval',
      );
  });

  it('without windows records none', () => {
    expect(recordedWindows(JSON.stringify(decide({ policy, version: 1 }, refund('1.00')).trail))).toBeNull();
    expect(windowTrail({})).toEqual([]);
  });
});

describe('an edited action', () => {
  const entered = { counted: { count: 3, sum: usd('297.00'), at_ms: 5, offset: 1 }, amount: usd('99.00') };
  const sumAfter = (value: string) => {
    const entries = entriesOf([policy], actor('a'), refund(value)).filter(({ window }) => window === TOTAL);
    return editedWindows(entries, () => entered)[TOTAL];
  };

  it('keeps its place, and its changed amount stands in the sum', () => {
    expect(sumAfter('99.00')).toEqual(entered.counted);
    expect(sumAfter('500')).toEqual({ ...entered.counted, sum: usd('698.00') });
    expect(sumAfter('-1.00')).toEqual({ ...entered.counted, sum: null });
  });

  it('is unknown where it was not counted', () => {
    expect(editedWindows(entriesOf([policy], actor('a'), refund('1.00')), () => null)).toEqual({});
  });
});

describe('actions of the past', () => {
  const past = (action_id: string, at_ms: number, recorded: object | null = null) => ({
    ...actor(action_id),
    at_ms,
    action: refund('99.00'),
    recorded: recorded as never,
  });

  it('are counted in the order of their proposals, a copy once', () => {
    const windows = pastWindows([policy], [past('a', 10), past('c', 30), past('b', 20), past('a', 40)]);
    expect(windows.map((one) => one[DAY]?.count)).toEqual([1, 3, 2, 1]);
    expect(windows[1]?.[TOTAL]?.sum).toEqual(usd('297.00'));
  });

  it('are counted in the order of their entries where these are recorded', () => {
    const at = (at_ms: number, offset: number) => ({ [DAY]: { count: 0, sum: null, at_ms, offset } });
    const history = [past('a', 1, at(50, 9)), past('b', 2, at(50, 7)), past('c', 3, at(40, 8))];
    expect(recount([policy], history).map((one) => one[DAY]?.count)).toEqual([3, 2, 1]);
  });

  it('keep what was recorded, and get what a new declaration asks for', () => {
    const recorded = { [DAY]: { count: 7, sum: null, at_ms: 12, offset: 4 } };
    const [first] = pastWindows([policyOf(text(2, '7d')), policy], [past('a', 10, recorded)]);
    expect(first?.[DAY]?.count).toBe(7);
    expect(first?.['pay/day:on_behalf_of:604800s']).toMatchObject({ count: 1, at_ms: 10 });
  });

  it('are unknown while the list does not reach back far enough', () => {
    const windows = pastWindows([policy], [past('a', 10), past('b', 86_400_010)], { sinceMs: 10 });
    expect(windows.map((one) => one[DAY]?.count)).toEqual([null, 1]);
  });
});
