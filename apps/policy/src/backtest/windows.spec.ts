import { loadPolicy } from '@countersign/policy';
import type { CompiledPolicy, Counted, HistoryRow } from '@countersign/policy';
import { PastWindows } from './windows.js';

const DAY_MS = 86_400_000;
const START = Date.parse('2026-03-01T00:00:00.000Z');

function counting(): CompiledPolicy {
  const text = `name: pay
action_types: { pay: {} }
velocity: { many: { key: on_behalf_of, window: 1d } }
rules: [{ name: many, when: velocity.many > 2, then: require_approval, gate: one }, { name: rest, then: allow }]
gates: { one: { quorum: 1, roles: [finance] } }
fallback: one
`;
  const { policy, problems } = loadPolicy(text, 'pay.yaml');
  if (policy === null) throw new Error(JSON.stringify(problems));
  return policy;
}

const row = (id: number, hours: number, counted: Record<string, Counted> | null = null) =>
  ({
    action_id: `act_${id}`,
    decided_at: new Date(START + hours * 3_600_000).toISOString(),
    action: { action_type: 'pay', on_behalf_of: 'customer:1', agent_id: 'bot', counted },
  }) as HistoryRow;

const countsOf = (rows: readonly HistoryRow[], sinceMs: number): (number | null | undefined)[] => {
  const windows = new PastWindows([counting()], 'acme', { sinceMs });
  return rows.map((one) => Object.values(windows.count(one).action.counted ?? {})[0]?.count);
};

describe('windows that a candidate declares anew', () => {
  it('are counted over the recorded actions, in their order', () => {
    const rows = [row(1, 0), row(2, 1), row(3, 23), row(4, 25), row(4, 25)];
    expect(countsOf(rows, START - DAY_MS)).toEqual([1, 2, 3, 2, 2]);
  });

  it('are unknown while they reach back behind what was read', () => {
    expect(countsOf([row(1, 0), row(2, 23), row(3, 24)], START)).toEqual([null, null, 2]);
  });

  it('leave what the log recorded as it is', () => {
    const recorded = { 'pay/many:on_behalf_of:86400s': { count: 7, sum: null, at_ms: START, offset: 3 } };
    expect(countsOf([row(1, 0), row(2, 1, recorded)], START - DAY_MS)).toEqual([1, 7]);
  });
});
