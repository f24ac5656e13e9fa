import { sha256 } from '@countersign/canonical';
import { openRecord, partitionOf, recordKey, toRecord, TOPICS } from '@countersign/events';
import type { ActionDecided, ActionProposed, MacKeys } from '@countersign/events';
import type { InRecord, OutRecord } from '@countersign/kafka';
import { activationOf, PolicyHistory } from '@countersign/policy';
import { keyedDraws } from '@countersign/service';
import { Decider } from './decider.js';
import type { EvidenceSource } from './evidence/evidence-log.js';
import { NO_DENIALS } from './denials/denial-log.js';
import { ChangeSeal } from './lifecycle/change-seal.js';
import { Velocity } from './velocity/velocity.js';

const macKeys: MacKeys = {
  ...{ intake: 'aa'.repeat(32), policy: 'bb'.repeat(32), approval: 'cc'.repeat(32), telemetry: 'dd'.repeat(32) },
};
const proposed: ActionProposed = {
  ...{ tenant: 'acme', action_id: 'act_1', run_id: 'run', agent_id: 'agent', agent_version: 'v1', model_id: 'm1' },
  ...{ idempotency_key: 'k', action_type: 'pay', environment: 'production', on_behalf_of: null, target: null },
  ...{ parameters: '{"n":50}', before: null, after: null, before_stated_by: 'agent', after_stated_by: 'agent' },
  ...{
    diff: null,
    diff_truncated: false,
    rationale: null,
    confidence: null,
    signals: null,
    context: null,
    preconditions: null,
  },
  ...{
    attestations: null,
    sensitive: [],
    supersedes: null,
    reverses: null,
    respond_within_s: null,
    amount_value: null,
    amount_currency: null,
    operators: [],
  },
  ...{ digest: 'sha256:0', body_hash: 'sha256:1', submitted_via: 'http', submitted_at: 900 },
};
const content = (extra: string): string =>
  `name: pays\naction_types: { pay: { facts: { n: { at: /parameters/n, type: number } } } }\nrules:\n  - { name: medium, when: n > 10.0, then: require_approval, gate: two }\n  - { name: small, then: allow }\ngates: { one: { quorum: 1, roles: [r] }, two: { quorum: 2, roles: [r] } }\nfallback: two\n${extra}\n`;

const publication = (text: string, at: number) => ({
  ...{ tenant: '*', name: 'pays', content: text, content_hash: sha256(text), author: 'oli', note: null },
  ...{ published_at: at, parent: null, cases: null },
});

const draws = keyedDraws({ key_id: 'dk_1', key: 'ee'.repeat(32) });

async function decided(
  history: PolicyHistory,
  { action = proposed, evidence }: { action?: ActionProposed; evidence?: EvidenceSource } = {},
): Promise<ActionDecided> {
  const sent: OutRecord[] = [];
  const velocity = new Velocity({ enter: () => Promise.reject(new Error('nothing is counted')), find: () => null });
  const appender = { append: (records: OutRecord[]) => Promise.resolve((sent.push(...records), [])) };
  const decider = new Decider({
    ...{ policies: { current: () => history }, velocity, appender, macKeys, draws: { at: () => draws } },
    denials: NO_DENIALS,
    seal: new ChangeSeal(macKeys),
    ...(evidence && { evidence }),
  });
  const wire = toRecord({
    ...{ topic: TOPICS.actions, name: 'ActionProposed' as const, event: action, key: recordKey('acme', 'act_1') },
    ...{ id: 'id-1', timeMs: 900, service: 'intake', macKeys },
  });
  const record: InRecord = {
    ...wire,
    key: Buffer.from(wire.key),
    partition: partitionOf(wire.key, 4),
    offset: 7,
    timestampMs: 1_000,
  };
  expect(await decider.decide(record)).toEqual({ kind: 'done' });
  return openRecord({ ...sent[0]!, key: Buffer.from(String(sent[0]?.key)) }, macKeys).event as ActionDecided;
}

function historyOf(extra: string): PolicyHistory {
  const history = new PolicyHistory();
  history.apply(publication(content(extra), 0), 0);
  return history;
}

describe('a decision in the log', () => {
  it('in soft mode carries the gate and the packet of an advisory request', async () => {
    const event = await decided(historyOf('mode: soft'));
    expect(event).toMatchObject({
      ...{ mode: 'soft', policy_decision: 'require_approval', effective_decision: 'allow', gate: null },
      ...{ advisory_gate: { name: 'two' }, packet_digest: expect.stringMatching(/^sha256:/) as string },
    });
  });

  it('says in or out of a partial rollout, and what shares it drew', async () => {
    const draw = draws.place(['share', 'acme', 'pays', 'agent', 'agent']) * 100;
    const at = (share: number) => decided(historyOf(`mode: partial\nrollout: { share: ${share} }`));
    const [above, below] = [Math.floor(draw) + 1, Math.floor(draw)];
    expect(await at(above)).toMatchObject({
      ...{ mode: 'partial', effective_decision: 'require_approval', segment: `share ${above} %: in` },
      draw_key_id: 'dk_1',
    });
    expect(await at(below)).toMatchObject({ effective_decision: 'allow', segment: `share ${below} %: out` });
  });

  it('names a version in shadow from its log time on, and no other', async () => {
    const history = historyOf('');
    const candidate = publication(content('').replace('n > 10.0', 'n > 90.0'), 5);
    const { version } = history.publish(candidate, 500);
    expect((await decided(history)).shadows).toEqual([]);
    history.change({ ...activationOf(candidate, version), state: 'shadow' }, 600);
    const { shadows, ...event } = await decided(history);
    expect(event).toMatchObject({ policy_version: 1, effective_decision: 'require_approval', rule: 'medium' });
    expect(shadows).toEqual([
      { policy_name: 'pays', policy_version: 2, policy_decision: 'allow', rule: 'small', gate: null },
    ]);
    history.change({ ...activationOf(candidate, version), state: 'retired' }, 2_000);
    expect((await decided(history)).shadows).toHaveLength(1);
  });

  it('carries the draw for an audit, with a request and a packet of its own', async () => {
    const sure = await decided(historyOf('audit: { sample: { approved: 1 }, gate: one }'));
    expect(sure).toMatchObject({
      ...{ sample_probability: 1, audit_gate: { name: 'one' }, gate: { name: 'two' } },
      ...{ audit_request_id: expect.stringMatching(/^req_/) as string },
      audit_packet_digest: expect.stringMatching(/^sha256:/) as string,
    });
    expect(sure.audit_request_id).not.toBe(sure.request_id);
    expect(await decided(historyOf(''))).toMatchObject({ sample_probability: null, audit_request_id: null });
  });

  it('names the tuple without evidence; without a source of evidence nothing is proven', async () => {
    const action = { ...proposed, parameters: '{"n":5}' };
    const guarded = historyOf('drift_guard: { gate: one, evidence: 20 }');
    const knows = (count: number): EvidenceSource => ({ of: () => () => count });
    expect(await decided(guarded, { action, evidence: knows(3) })).toMatchObject({
      ...{ effective_decision: 'require_approval', gate: { name: 'one' } },
      unproven: 'agent v1 / m1 / pay: 3 of 20',
    });
    expect(await decided(guarded, { action, evidence: knows(20) })).toMatchObject({
      ...{ effective_decision: 'allow', unproven: null },
    });
    expect(await decided(guarded, { action })).toMatchObject({ unproven: 'agent v1 / m1 / pay: unknown of 20' });
  });
});
