import { testEngine } from '@countersign/testing';
import { startEvidence } from '../backtest/testing/evidence-service.js';
import type { EvidenceService } from '../backtest/testing/evidence-service.js';

let evidence: EvidenceService;
beforeAll(async () => {
  evidence = await startEvidence(await testEngine());
}, 60_000);
afterAll(() => evidence.close());

describe('an explanation of a recorded action', () => {
  it('evaluates it again and finds the record', async () => {
    const { status, body } = await evidence.get('/v1/policies/explain/act_00020');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ action_id: 'act_00020', equal: true, differences: [] },
      recorded: { policy_name: 'pay', policy_version: 1, rule: 'rest', gate: 'one', shadows: [] },
      decision: { rule: 'rest', effective_decision: 'require_approval', gate: { name: 'one' } },
      facts: [{ name: 'amount', status: 'known', stated_by: 'agent', value: { value: '140.50', currency: 'USD' } }],
      rules: [
        { rule: 'small', result: false, values: { amount: { value: '140.50' } } },
        { rule: 'rest', result: true },
      ],
    });
  });

  it('says what another version would have decided, and in what it differs', async () => {
    const { body } = await evidence.get('/v1/policies/explain/act_00020?version=2');
    expect(body).toMatchObject({
      ...{ equal: false, decision: { policy_version: 2, rule: 'small', effective_decision: 'allow' } },
      differences: ['policy_decision', 'effective_decision', 'policy_version', 'rule', 'gate', 'explanation'],
    });
    const other = await evidence.get('/v1/policies/explain/act_00020?version=1&policy=built-in');
    expect(other.body).toMatchObject({
      equal: false,
      decision: { policy_name: 'built-in', gate: { name: 'built-in' } },
    });
    expect((await evidence.get('/v1/policies/explain/act_00020?version=3')).status).toBe(404);
    expect((await evidence.get('/v1/policies/explain/act_00020?version=x')).status).toBe(422);
  });

  it("is of the caller's tenant only", async () => {
    expect((await evidence.get('/v1/policies/explain/act_00020', 'other')).status).toBe(404);
    expect((await evidence.get('/v1/policies/explain/act_stranger', 'other')).status).toBe(200);
  });

  it('shows what was unknown', async () => {
    const { body } = await evidence.get('/v1/policies/explain/act_00099');
    expect(body).toMatchObject({ equal: true, recorded: { unknown: ['/parameters/amount'] } });
    expect(body['facts']).toMatchObject([{ name: 'amount', status: 'missing', value: null }]);
  });
});
