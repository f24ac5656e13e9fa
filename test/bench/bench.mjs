/**
 * One run, one machine: the floor, Countersign, policy, the fold, freshness. Prints what it measured and ends.
 * `--quick` takes a tenth of the work. Ratios within a run can be compared; times across runs cannot.
 */
import { call, BODIES, clients } from './clients.mjs';
import { cpuBetween, cpuOf } from './cpu.mjs';
import { echo, startFloor } from './floor.mjs';
import { load, percentile } from './load.mjs';
import { foldRate, policyRate } from './in-process.mjs';
import { startSystem } from './system.mjs';

const quick = process.argv.includes('--quick');
const COUNT = quick ? 1_000 : 10_000;
const SINGLE = quick ? 100 : 500;
const IN_FLIGHT = 200;
const PORT_BASE = Number(process.env.BENCH_PORT_BASE ?? 7700);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const fixed = (n, digits = 1) => (Number.isFinite(n) ? n.toFixed(digits) : '–');

/** Warms up, then measures `job` with many in flight and one at a time; CPU over all server processes. */
async function measure(name, job, pids) {
  await load({ count: COUNT / 5, inFlight: IN_FLIGHT, job });
  const before = cpuOf(pids());
  const many = await load({ count: COUNT, inFlight: IN_FLIGHT, job });
  await sleep(1_500); // the read side catches up; its work belongs to the actions that caused it
  const cpu = cpuBetween(before, cpuOf(pids()));
  const single = await load({ count: SINGLE, inFlight: 1, job });
  return { name, rate: many.latencies.length / many.seconds, cpuPerOp: cpu.total / COUNT, each: cpu.each, many, single };
}

function print({ name, rate, cpuPerOp, each, many, single }) {
  const parts = Object.entries(each).map(([part, ms]) => `${part} ${fixed(ms / COUNT, 2)}`).join(', ');
  console.log(`\n${name}`);
  console.log(`  ${IN_FLIGHT} in flight   ${fixed(rate, 0)}/s, p50 ${fixed(percentile(many.latencies, 0.5))} ms, p95 ${fixed(percentile(many.latencies, 0.95))} ms, faults ${many.faults.length}`);
  console.log(`  one at a time   p50 ${fixed(percentile(single.latencies, 0.5))} ms, p95 ${fixed(percentile(single.latencies, 0.95))} ms, faults ${single.faults.length}`);
  console.log(`  CPU             ${fixed(cpuPerOp, 2)} ms each (${parts})`);
  for (const fault of [...new Set([...many.faults, ...single.faults])].slice(0, 3)) console.log(`  fault: ${fault}`);
}

/** Milliseconds from the answer of a redemption until its row says so in ClickHouse. */
async function freshness(local, { allowed, redeem }) {
  const { url, user, password, database } = local.clickhouse;
  const job = async () => {
    const document = await allowed();
    await redeem(document);
    const begun = performance.now();
    const query = `SELECT count() FROM ${database}.audit WHERE action_id = '${document.action_id}' AND redeemed_at IS NOT NULL FORMAT JSONCompact`;
    const headers = { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': password };
    while (Number((await call('POST', `${url}/?query=${encodeURIComponent(query)}`, { headers })).data[0][0]) === 0) {
      if (performance.now() - begun > 30_000) throw new Error('not queryable after 30 s');
      await sleep(10);
    }
    samples.push(performance.now() - begun);
  };
  const samples = [];
  const { faults } = await load({ count: quick ? 20 : 100, inFlight: 2, job });
  return { samples: samples.sort((a, b) => a - b), faults };
}

const reviewer = async (local) => {
  const { subject, tenant } = local.reviewers.find(({ tenant: t, roles }) => t === 'acme' && roles.includes('finance'));
  return (await call('POST', `${local.issuer_url}/dev/token`, { body: { subject, tenant } })).access_token;
};

async function main() {
  const system = await startSystem(PORT_BASE);
  try {
    const local = system.local();
    const { url = local.clickhouse_url, user, password, database } = local.clickhouse;
    const clickhouse = { url, user: local.clickhouse.writer_user ?? user, password: local.clickhouse.writer_password ?? password, database };
    const shared = { broker: local.pids.kafka, engine: local.pids.clickhouse };
    const floor = await startFloor({ brokers: local.kafka_brokers, clickhouse, port: PORT_BASE + 80 });
    const floorResult = await measure('(a) floor: HTTP and three Kafka hops', echo(floor.url, JSON.stringify(BODIES.gated)), () => ({ ...floor.pids, ...shared }));
    await floor.stop();
    print(floorResult);
    const steps = clients({ ...local, clickhouse: { url, user, password, database } }, await reviewer(local));
    const allowed = await measure('(b1) Countersign: proposal → token, allowed by policy', steps.allowed, () => system.local().pids);
    print(allowed);
    const gated = await measure('(b2) Countersign: proposal → packet → vote → token, approved at once', steps.gated, () => system.local().pids);
    print(gated);
    for (const result of [allowed, gated]) {
      console.log(`\n  ${result.name.slice(0, 4)} against the floor: ${fixed(result.cpuPerOp / floorResult.cpuPerOp, 2)} × its CPU (aim ≤ 3), ${fixed(result.rate / floorResult.rate, 2)} × its rate (aim ≥ 0.25)`);
    }
    console.log(`\n(c) policy, in process: ${policyRate()} decisions/s a core (aim ≥ 200000)`);
    const fold = foldRate();
    console.log(`    fold, in process: ${fold.rate} events/s (aim ≥ 50000), ${fold.bytesPerAction} bytes of heap an action`);
    const fresh = await freshness({ ...local, clickhouse: { url, user, password, database } }, steps);
    console.log(`\n(d) freshness, redemption → row queryable: p50 ${fixed(percentile(fresh.samples, 0.5), 0)} ms, p95 ${fixed(percentile(fresh.samples, 0.95), 0)} ms, n ${fresh.samples.length}, faults ${fresh.faults.length} (aim p95 ≤ 1500)`);
    for (const fault of fresh.faults.slice(0, 3)) console.log(`  fault: ${fault}`);
  } finally {
    await system.stop();
  }
}

await main();
process.exit(0);
