import { CountersignError } from '@countersign/canonical';
import { openRecord, partitionOf, recordKey, toRecord, TOPICS } from '@countersign/events';
import type { ActionDecided, ActionProposed, MacKeys } from '@countersign/events';
import type { InRecord, OutRecord } from '@countersign/kafka';
import { PolicyHistory } from '@countersign/policy';
import { Decider } from './decider.js';
import { NO_DENIALS } from './denials/denial-log.js';
import { NO_DRAWS } from './draws/draw-source.js';
import { ChangeSeal } from './lifecycle/change-seal.js';
import { Velocity } from './velocity/velocity.js';

const macKeys: MacKeys = {
  intake: 'aa'.repeat(32),
  policy: 'bb'.repeat(32),
  approval: 'cc'.repeat(32),
  telemetry: 'dd'.repeat(32),
};

const proposed: ActionProposed = {
  ...{
    tenant: 'acme',
    action_id: 'act_1',
    run_id: 'run',
    agent_id: 'agent',
    agent_version: 'v1',
    model_id: 'm1',
    idempotency_key: 'k',
  },
  ...{
    action_type: 'refund',
    environment: 'production',
    on_behalf_of: 'customer:1',
    target: null,
    parameters: '{"n":1}',
  },
  ...{
    before: null,
    after: null,
    before_stated_by: 'agent',
    after_stated_by: 'agent',
    diff: null,
    diff_truncated: false,
    rationale: null,
    confidence: 0.5,
  },
  ...{
    signals: null,
    context: null,
    preconditions: null,
    attestations: null,
    sensitive: [],
    supersedes: null,
    reverses: null,
    respond_within_s: 60,
    amount_value: null,
    amount_currency: null,
  },
  ...{ operators: ['oli'], digest: 'sha256:0', body_hash: 'sha256:1', submitted_via: 'http', submitted_at: 900 },
};

function recordOf(service: 'intake' | 'policy' = 'intake'): InRecord {
  const wire = toRecord({
    ...{ topic: TOPICS.actions, name: 'ActionProposed' as const, event: proposed, key: recordKey('acme', 'act_1') },
    ...{
      id: 'id-1',
      timeMs: 900,
      service,
      macKeys,
      traceparent: '00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb-01',
    },
  });
  return { ...wire, key: Buffer.from(wire.key), partition: partitionOf(wire.key, 4), offset: 7, timestampMs: 1_000 };
}

const velocity = new Velocity({ enter: () => Promise.reject(new Error('nothing is counted')), find: () => null });

function decider(append = async (_records: OutRecord[]) => []) {
  const sent: OutRecord[] = [];
  const outbox = { append: (records: OutRecord[]) => append(records).then(() => (sent.push(...records), [])) };
  return {
    sent,
    decider: new Decider({
      policies: { current: () => new PolicyHistory() },
      velocity,
      appender: outbox,
      macKeys,
      draws: NO_DRAWS,
      denials: NO_DENIALS,
      seal: new ChangeSeal(macKeys),
    }),
  };
}

const decidedIn = (record: OutRecord | undefined): ActionDecided =>
  openRecord({ ...record!, key: Buffer.from(String(record?.key)) }, macKeys).event as ActionDecided;

describe('Decider', () => {
  it('appends one decision under the key of the action, and answers after the acknowledgement', async () => {
    const { sent, decider: one } = decider();
    expect(await one.decide(recordOf())).toEqual({ kind: 'done' });
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      topic: TOPICS.approvalLog,
      key: 'acme|act_1',
      headers: { traceparent: '00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb-01' },
    });
    expect(decidedIn(sent[0])).toMatchObject({
      ...{
        action_id: 'act_1',
        effective_decision: 'require_approval',
        policy_name: 'built-in',
        policy_version: 1,
        proposed_at: 1_000,
        submitted_at: 900,
      },
      ...{ gate: { name: 'built-in', quorum: 1, roles: ['approver'] }, operators: ['oli'], action: recordOf().value },
      packet_digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
    });
  });

  it('computes the same bytes again for a redelivered record', async () => {
    const [first, second] = [decider(), decider()];
    await first.decider.decide(recordOf());
    await second.decider.decide(recordOf());
    expect(second.sent).toEqual(first.sent);
  });

  it.each([
    ['forged', { headers: { 'countersign-mac': 'v1,policy,AAAA' } }, /mac/],
    ['unsigned', { headers: {} }, /mac/],
    ['empty', { value: null }, /null_value/],
  ])('gives up a %s record as a dead letter', async (_what, change, reason) => {
    const { sent, decider: one } = decider();
    const handled = await one.decide({ ...recordOf(), ...change });
    expect(handled).toMatchObject({ kind: 'dead_letter', reason: expect.stringMatching(reason) as string });
    expect(sent).toEqual([]);
  });

  it('gives up a proposal that another service signed', async () => {
    expect(await decider().decider.decide(recordOf('policy'))).toMatchObject({
      kind: 'dead_letter',
      reason: 'wrong_writer',
    });
  });

  it('asks for the record again when the log does not answer, and stops at an unknown fault', async () => {
    const away = decider(() => Promise.reject(new CountersignError('unknown_outcome', 'no answer')));
    expect(await away.decider.decide(recordOf())).toEqual({ kind: 'retry', reason: 'no answer' });
    const broken = decider(() => Promise.reject(new TypeError('a fault of ours')));
    await expect(broken.decider.decide(recordOf())).rejects.toThrow('a fault of ours');
  });
});
