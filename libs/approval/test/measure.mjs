/**
 * Prints events folded per second (with and without decoding) and heap bytes per remembered action.
 * `node --expose-gc libs/approval/test/measure.mjs [actions] [publish]`, after a build.
 */
import { derivedId } from '@countersign/canonical';
import { decode, encode } from '@countersign/events';
import { apply, buildPacket, createState, packetDigest } from '../dist/index.js';

const COUNT = Number(process.argv[2] ?? 100_000);
const options = { publishes: process.argv[3] === 'publish' };
const START = Date.UTC(2026, 5, 19);
const HASH = `sha256:${'0'.repeat(64)}`;
const values = { amount: { value: '6000.00', currency: 'USD' } };
const explanation = JSON.stringify([{ rule: 'large', condition: 'amount > usd("2000")', result: true, values }]);
const gate = {
  ...{ name: 'finance-two-person', pattern: 'threshold', quorum: 2, deny_quorum: 1, roles: ['finance'], exclude: [] },
  ...{
    reason: 'never',
    reason_min_length: 1,
    respond_s: 3600,
    expire_s: 86_400,
    grant_ttl_s: 86_400,
    token_audience: null,
  },
  ...{ thresholds: [], factors: [], people: [], evidence: [], hold: false, reason_fast_s: null, batch_fields: [] },
  ...{ stages: [], remind_s: [], escalate_s: null, escalate_roles: [], assign: 'pool', claim_s: 900 },
  ...{ min_dwell_s: null, batch_max: 50, review_rate: null, break_glass_s: null },
  ...{ permit: [], reason_presets: [], all: [] },
};

const ids = (index) => ({
  ...{ tenant: 'acme', action_id: derivedId('act', index), run_id: `run-${index}`, agent_id: 'refund-agent' },
  ...{ agent_version: 'v1.4.2', model_id: 'gpt-5o', action_type: 'refund', environment: 'production' },
});
const shared = (index) => ({
  ...{ ...ids(index), on_behalf_of: 'customer:812', operators: ['oli'], digest: HASH, body_hash: HASH },
  ...{ submitted_at: START + index, respond_within_s: null, preconditions: '{"order_etag":"7"}' },
});
const proposal = (index) => ({
  ...{ ...shared(index), idempotency_key: `k-${index}`, target: `order:${index}`, supersedes: null, confidence: 0.91 },
  ...{ parameters: `{"amount":{"currency":"USD","value":"6000.00"},"method":"card","order_id":"${index}"}` },
  ...{ before: '{"refunded":"0.00"}', after: '{"refunded":"6000.00"}', before_stated_by: 'agent' },
  ...{ after_stated_by: 'countersign', diff: '[{"op":"replace","path":"/refunded","value":"6000.00"}]' },
  ...{ rationale: 'Parcel lost, carrier confirmed.', signals: '{"anomaly":false,"fraud_score":0.12}' },
  ...{
    context: '{"inputs":[],"output":"","prompt":""}',
    amount_value: '6000.00',
    amount_currency: 'USD',
    submitted_via: 'http',
  },
});

function decision(index) {
  const action = proposal(index);
  const { action_id } = action;
  const decided = {
    ...{
      ...shared(index),
      proposed_at: action.submitted_at,
      action: encode('ActionProposed', action),
      explanation,
      gate,
    },
    ...{ policy_decision: 'require_approval', effective_decision: 'require_approval', mode: 'enforce', bypass: null },
    ...{ policy_name: 'refunds', policy_version: 1, rule: 'large', impact: 'high', reversibility: 'high' },
    ...{ regulatory_pressure: 'high', unknown: [], grant_ttl_s: 3600, decision_id: derivedId('dec', action_id) },
    ...{ request_id: derivedId('req', action_id), grant_id: derivedId('grant', action_id) },
    ...{
      advisory_gate: null,
      shadows: [],
      segment: null,
      audit_gate: null,
      sample_probability: null,
      unproven: null,
      draw_key_id: null,
    },
    ...{ audit_request_id: null, audit_packet_digest: null },
  };
  return { ...decided, packet_digest: packetDigest(buildPacket(action, decided)) };
}

const call = (index, key) => ({ ...ids(index), client_request_id: key, body_hash: HASH });
const vote = (index, subject, { request_id, packet_digest }) => ({
  ...{ ...call(index, `k-${subject}`), vote_id: derivedId('vote', index, subject), request_id, packet_digest },
  ...{ issuer: 'https://idp', subject, roles: ['finance'], vote: 'approve', reason: null, batch_id: null, edit: null },
  release_at: null,
});
const redemption = (index, { grant_id, preconditions }) => ({
  ...{ ...call(index, `r-${index}`), grant_id, preconditions, executor_id: 'payments-executor', action_digest: HASH },
  token_expires_at: START + 86_400_000,
  diff_digest: null,
});

function log(index) {
  const decided = decision(index);
  const votes = ['ann', 'bob'].map((subject) => encode('VoteCast', vote(index, subject, decided)));
  return [encode('ActionDecided', decided), ...votes, encode('RedemptionRequested', redemption(index, decided))];
}

/** Events per second of folding what `open` makes of each record. */
function timed(state, records, open) {
  const started = process.hrtime.bigint();
  records.forEach((record, index) => {
    const { name, event } = open(record);
    apply(state, { name, event, timestampMs: START + index });
  });
  return Math.round((records.length * 1e9) / Number(process.hrtime.bigint() - started));
}

function memory() {
  global.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const records = Array.from({ length: COUNT }, (_, index) => log(index)).flat();
const state = createState(0, options);
const before = memory();
const decoded_and_folded_per_s = timed(state, records, decode);
const bytes_per_action = Math.round((memory() - before) / COUNT);
const folded_per_s = timed(createState(0, options), records.map(decode), (record) => record);
const consumed = [...state.actions.values()].filter(({ grant }) => grant?.status === 'consumed').length;
const measured = {
  actions: COUNT,
  events: records.length,
  consumed,
  folded_per_s,
  decoded_and_folded_per_s,
  bytes_per_action,
};
process.stdout.write(`${JSON.stringify(measured)}\n`);
