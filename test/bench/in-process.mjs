/** Rates of the pure parts in this process: policy decisions and folded events, a second and core. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apply, createState } from '@countersign/approval';
import { openRecord, toRecord, TOPICS } from '@countersign/events';
import { actionOf, evaluate, loadPolicy, policySetOf } from '@countersign/policy';

const POLICIES = join(import.meta.dirname, '../../infra/policies');
const macKeys = { policy: '22'.repeat(32), approval: '33'.repeat(32) };

function timed(count, run) {
  for (let i = 0; i < count / 5; i += 1) run(i); // warm up
  const begun = performance.now();
  for (let i = 0; i < count; i += 1) run(i);
  return Math.round((count / (performance.now() - begun)) * 1000);
}

const proposal = (amount, confidence, fraud) => ({
  action_type: 'refund',
  environment: 'production',
  target: null,
  on_behalf_of: null,
  agent_version: 'v1',
  model_id: 'm',
  confidence,
  parameters: JSON.stringify({ method: 'card', amount: { value: amount, currency: 'USD' } }),
  signals: JSON.stringify({ fraud_score: fraud }),
  before: null,
  after: null,
});

/** Decisions a second over a mix of refunds, with the winning path recorded. */
export function policyRate(count = 400_000) {
  const file = join(POLICIES, 'refunds.yaml');
  const { policy, problems } = loadPolicy(readFileSync(file, 'utf8'), file);
  if (policy === null) throw new Error(JSON.stringify(problems));
  const set = policySetOf([{ policy, version: 1 }]);
  const actions = Array.from({ length: 256 }, (_, i) =>
    actionOf(proposal(`${(i * 37) % 3000}.50`, (i % 100) / 100, (i % 30) / 100)),
  );
  return timed(count, (i) => evaluate(set, 'acme', actions[i % actions.length]));
}

const DECIDED = {
  tenant: 'acme',
  run_id: 'r',
  agent_id: 'refund-agent',
  action_type: 'refund',
  environment: 'production',
  agent_version: 'v1',
  model_id: 'm',
  on_behalf_of: null,
  operators: [],
  digest: 'sha256:d',
  body_hash: 'sha256:b',
  submitted_at: 0,
  respond_within_s: null,
  preconditions: null,
  action: Buffer.alloc(600),
  policy_decision: 'allow',
  effective_decision: 'allow',
  mode: 'enforce',
  bypass: null,
  policy_name: 'refunds',
  policy_version: 1,
  rule: 'small-and-sure',
  impact: 'medium',
  reversibility: 'high',
  regulatory_pressure: 'low',
  unknown: [],
  explanation: '[]',
  gate: null,
  grant_ttl_s: 3600,
  packet_digest: null,
  advisory_gate: null,
  shadows: [],
  segment: null,
  audit_gate: null,
  sample_probability: null,
  unproven: null,
  draw_key_id: null,
  audit_request_id: null,
  audit_packet_digest: null,
};
const decided = (i) => ({
  ...DECIDED,
  action_id: `act_${i}`,
  proposed_at: i,
  decision_id: `dec_${i}`,
  request_id: `req_${i}`,
  grant_id: `grant_${i}`,
});
const redemption = (i) => ({
  tenant: 'acme',
  action_id: `act_${i}`,
  run_id: 'r',
  client_request_id: `c_${i}`,
  body_hash: 'sha256:r',
  grant_id: `grant_${i}`,
  executor_id: 'payments',
  action_digest: 'sha256:d',
  environment: 'production',
  preconditions: null,
  token_expires_at: 9e15,
  diff_digest: null,
});

/** Records a second through the whole fold: mac, decode, reduce. Half of them decide, half redeem. */
export function foldRate(count = 60_000) {
  const record = (name, service, event) => {
    const { key, value, headers } = toRecord({
      topic: TOPICS.approvalLog,
      name,
      event,
      key: `acme|${event.action_id}`,
      id: 'x',
      timeMs: 0,
      service,
      macKeys,
    });
    return { topic: TOPICS.approvalLog, key: Buffer.from(key), value, headers };
  };
  const records = [];
  for (let i = 0; i < count / 2; i += 1)
    records.push(
      record('ActionDecided', 'policy', decided(i)),
      record('RedemptionRequested', 'approval', redemption(i)),
    );
  const state = createState(0);
  const heapBefore = process.memoryUsage().heapUsed;
  const begun = performance.now();
  records.forEach((raw, i) => {
    const { name, event } = openRecord(raw, macKeys);
    const { answer } = apply(state, { name, event, timestampMs: 1_000 + i });
    if (answer.code !== 'ok') throw new Error(`${name}: ${answer.code}`);
  });
  const rate = Math.round((records.length / (performance.now() - begun)) * 1000);
  return { rate, bytesPerAction: Math.round((process.memoryUsage().heapUsed - heapBefore) / (count / 2)) };
}
