/**
 * A backtest of 100,000 recorded actions by the policy service: read from the engine, evaluated by two versions, changed
 * actions answered. Run alone: `node test/bench/history.mjs`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { call } from './clients.mjs';
import { cpuBetween, cpuOf } from './cpu.mjs';
import { startSystem } from './system.mjs';

const ACTIONS = 100_000;
const TENANT = 'globex';
const REFUNDS = join(import.meta.dirname, '../../infra/policies/refunds.yaml');

/** What an earlier run left in the data folder. */
const CLEARED = ['audit_rows', 'vote_rows'].map(
  (table) => `ALTER TABLE ${table} DELETE WHERE tenant = '${TENANT}' AND run_id = 'bench' SETTINGS mutations_sync = 1`,
);

/** Refunds over 80 days, decided as `refunds.yaml` decides them; people's answers to those that waited. */
const auditOf = (
  version,
) => `INSERT INTO audit_rows (tenant, run_id, action_id, action_type, environment, agent_id, agent_version, model_id,
    amount_value, amount_currency, confidence, signals, input, policy_name, policy_version, rule, gate, decided_gate,
    policy_decision, effective_decision, mode, explanation, approval_status, resolved_by, submitted_at, decided_at, opened_at,
    respond_by, resolved_at, outcome_status, label, version)
SELECT '${TENANT}', 'bench', concat('act_bench_', toString(number)), 'refund', 'production', 'refund-agent', 'v1', 'm1',
    toDecimal256(amount, 18), 'USD', 0.97, '{"fraud_score":0.1}',
    concat('{"method":"card","amount":{"value":"', amount, '","currency":"USD"},"note":"', repeat('x', 300), '"}'),
    'refunds', ${version}, multiIf(large, 'large-or-suspicious', small, 'small-and-sure', 'in-between'), wanted, wanted,
    if(small, 'allow', 'require_approval'), if(small, 'allow', 'require_approval'), 'enforce',
    concat('[{"rule":"', repeat('e', 600), '"}]'),
    if(small, 'not_required', if(number % 9 = 0, 'denied', 'approved')), if(small, 'policy', 'people'), at, at, opened,
    opened + INTERVAL 1 HOUR, opened + INTERVAL 10 MINUTE, if(number % 2 = 0, 'executed', NULL),
    multiIf(number % 11 = 0, 'harmful', number % 5 = 0, 'harmless', NULL), 5
FROM (
    SELECT number, concat(toString(number * 7919 % 3000 + 1), '.00') AS amount, number * 7919 % 3000 + 1 > 2000 AS large,
        number * 7919 % 3000 + 1 < 100 AS small,
        if(small, NULL, if(large, 'finance-two-person', 'finance-one-person')) AS wanted,
        now64(3, 'UTC') - INTERVAL 80 DAY + toIntervalMillisecond(number * 69000) AS at,
        if(small, NULL, at) AS opened
    FROM numbers(${ACTIONS}))`;
const VOTES = `INSERT INTO vote_rows (tenant, vote_id, action_id, request_id, request_kind, run_id, action_type, environment,
    reviewer_id, vote, counted, resolving, packet_digest, opened_at, voted_at, seconds_to_vote, handling_s, version)
SELECT tenant, concat('vote_', action_id), action_id, '', 'approval', run_id, action_type, environment, 'ann', 'approve', true,
    true, '', assumeNotNull(opened_at), assumeNotNull(resolved_at), 600, toDecimal64(20 + cityHash64(action_id) % 90, 9), 5
FROM audit_rows WHERE tenant = '${TENANT}' AND opened_at IS NOT NULL AND action_id LIKE 'act_bench_%'`;

async function write(local, statement) {
  const { service } = JSON.parse(readFileSync(join(local.data_dir, 'secrets/clickhouse.json'), 'utf8'));
  const url = `${local.clickhouse_url}/?database=${local.clickhouse.database}`;
  const headers = { 'x-clickhouse-user': 'countersign', 'x-clickhouse-key': service };
  const answer = await fetch(url, { method: 'POST', headers, body: statement });
  if (!answer.ok) throw new Error((await answer.text()).slice(0, 400));
}

async function bearer(local) {
  const { subject } = local.reviewers.find(({ tenant, roles }) => tenant === TENANT && roles.length > 0);
  const { access_token } = await call('POST', `${local.issuer_url}/dev/token`, { body: { subject, tenant: TENANT } });
  return access_token;
}

/** The last line of the answer, and how long it took to come, seconds. */
async function backtest(local, token, body) {
  const begun = performance.now();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const url = `${local.policy_url}/v1/policies/refunds/backtest`;
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  const lines = (await answer.text()).trim().split('\n');
  const last = JSON.parse(lines.at(-1));
  if (!last.result) throw new Error(lines.at(-1).slice(0, 400));
  return { seconds: (performance.now() - begun) / 1000, ...last };
}

/** The longest that the service took for another answer meanwhile, milliseconds. */
async function slowest(local, until) {
  let [longest, done] = [0, false];
  void until.finally(() => (done = true));
  while (!done) {
    const begun = performance.now();
    await call('GET', `${local.policy_url}/health/live`);
    longest = Math.max(longest, performance.now() - begun);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return longest;
}

/** Prints the time of both backtests, the CPU that they took, and what others waited for meanwhile. */
export async function historyPart(local) {
  const token = await bearer(local);
  const { items } = await call('GET', `${local.policy_url}/v1/policies`, { token });
  const { version } = items.find(({ name, active }) => name === 'refunds' && active);
  for (const statement of [...CLEARED, auditOf(version), VOTES]) await write(local, statement);
  const pids = { policy: local.pids.policy, engine: local.pids.clickhouse };
  const looser = readFileSync(REFUNDS, 'utf8').replaceAll('"100.00"', '"200.00"');
  console.log(`\n(e) backtest of ${ACTIONS} recorded actions by the policy service`);
  for (const [name, body] of [
    ['the active version', { version }],
    ['a looser one', { content: looser }],
  ]) {
    const before = cpuOf(pids);
    const asked = backtest(local, token, body);
    const waited = await slowest(local, asked);
    const { seconds, result } = await asked;
    const { each } = cpuBetween(before, cpuOf(pids));
    const cpu = Object.entries(each).map(([part, ms]) => `${part} ${(ms / 1000).toFixed(1)} s`);
    console.log(
      `  ${name.padEnd(18)}  ${seconds.toFixed(1)} s (aim ≤ 15), CPU ${cpu.join(', ')}; ${result.actions} actions, ${result.changed} changed, reproduced ${result.reproduced.k}/${result.reproduced.n}; slowest other answer ${waited.toFixed(0)} ms`,
    );
  }
}

if (import.meta.filename === process.argv[1]) {
  const system = await startSystem(Number(process.env.BENCH_PORT_BASE ?? 7720));
  try {
    await historyPart(system.local());
  } finally {
    await system.stop();
  }
  process.exit(0);
}
