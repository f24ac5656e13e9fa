import { randomUUID } from 'node:crypto';
import { connectEngine, migrate } from '@countersign/clickhouse';
import type { Engine } from '@countersign/clickhouse';
import { decide, loadPolicy, referenceDifferences } from '@countersign/policy';
import type { CompiledPolicy } from '@countersign/policy';
import { testEngine } from '@countersign/testing';
import { recordedAction } from '../explain/recorded-action.js';
import { historyRow, readHistory } from './history.js';
import { recordHistory } from './testing/recorded-history.js';

const text = `name: pay
action_types:
  pay: { facts: { fraud: { at: /signals/fraud_score, type: number, stated_by: fraud-service } } }
rules:
  - { name: vouched, when: fraud < 0.2, then: allow }
  - { name: rest, then: require_approval, gate: one }
gates: { one: { quorum: 1, roles: [finance] } }
fallback: one
`;
const speaker = { policy: loadPolicy(text, 'pay.yaml').policy as CompiledPolicy, version: 1 };
const scored = (fraud_score: number, provider = 'fraud-service'): string =>
  JSON.stringify([{ attested_at: '2026-03-01T00:00:00.000Z', provider, signals: { fraud_score } }]);

const PAST: readonly (readonly [string, string | undefined, string])[] = [
  ['act_low', scored(0.1), 'allow'],
  ['act_high', scored(0.9), 'require_approval'],
  ['act_forged', scored(0.1, 'brand-check'), 'require_approval'],
  ['act_none', undefined, 'require_approval'],
];

let engine: Engine;
const database = `b_${randomUUID().replaceAll('-', '')}`;
beforeAll(async () => {
  const { url, user: username, password } = await testEngine();
  await migrate({ url, username, password, database });
  engine = connectEngine({ url, username, password, database });
  const pasts = PAST.map(([action_id, attestations], index) => ({
    ...{ action_id, amount: '1.00', decidedMs: Date.parse('2026-03-01T00:00:00.000Z') + index },
    ...(attestations !== undefined && { attestations }),
  }));
  await recordHistory(engine, pasts, [speaker]);
}, 60_000);
afterAll(async () => {
  await engine.command(`DROP DATABASE ${database}`);
  await engine.close();
});

describe('a recorded decision that rested on an attestation', () => {
  it('is decided again as recorded by what a backtest reads', async () => {
    const question = { tenant: 'acme', from: new Date(0), to: new Date('2027-01-01'), action_types: [] };
    const again: unknown[] = [];
    for await (const page of readHistory(engine, question))
      for (const { action, decision, action_id } of page.map(historyRow)) {
        const { policy_decision } = decide(speaker, action);
        expect(policy_decision).toBe(decision.policy_decision);
        expect(referenceDifferences(speaker.policy, action)).toEqual([]);
        again.push([action_id, policy_decision]);
      }
    expect(again).toEqual(PAST.map(([action_id, , wanted]) => [action_id, wanted]));
  });

  it.each(PAST)('is decided again as recorded by what an explanation reads: %s', async (action_id, _, wanted) => {
    const found = await recordedAction(engine, 'acme', action_id);
    expect(found?.decision.policy_decision).toBe(wanted);
    expect(found && decide(speaker, found.action).policy_decision).toBe(wanted);
  });

  it('is in the audit with what was attested', async () => {
    const rows = await engine.rows<{ attestations: string | null }>(
      'SELECT attestations FROM audit ORDER BY decided_at',
    );
    expect(rows.map(({ attestations }) => attestations)).toEqual(PAST.map(([, attestations]) => attestations ?? null));
  });
});
