/**
 * One run, one machine: the floor, Countersign, policy, the fold, freshness. Prints what it measured and ends.
 * `--quick` takes a tenth of the work; `--against DIR [--pairs N]` compares with another build by turns instead.
 * Ratios within a run can be compared; times across runs cannot.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BODIES, call, clients } from './clients.mjs';
import { cpuBetween, cpuOf } from './cpu.mjs';
import { echo, startFloor } from './floor.mjs';
import { load, percentile } from './load.mjs';
import { foldRate, policyRate } from './in-process.mjs';
import { historyPart } from './history.mjs';
import { policyPart } from './policy.mjs';
import { against } from './against.mjs';
import { reviewer, startSystem } from './system.mjs';

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
  return {
    name,
    rate: many.latencies.length / many.seconds,
    cpuPerOp: cpu.total / COUNT,
    each: cpu.each,
    many,
    single,
  };
}

function print({ name, rate, cpuPerOp, each, many, single }) {
  const parts = Object.entries(each)
    .map(([part, ms]) => `${part} ${fixed(ms / COUNT, 2)}`)
    .join(', ');
  console.log(`\n${name}`);
  console.log(
    `  ${IN_FLIGHT} in flight   ${fixed(rate, 0)}/s, p50 ${fixed(percentile(many.latencies, 0.5))} ms, p95 ${fixed(percentile(many.latencies, 0.95))} ms, faults ${many.faults.length}`,
  );
  console.log(
    `  one at a time   p50 ${fixed(percentile(single.latencies, 0.5))} ms, p95 ${fixed(percentile(single.latencies, 0.95))} ms, faults ${single.faults.length}`,
  );
  console.log(`  CPU             ${fixed(cpuPerOp, 2)} ms each (${parts})`);
  for (const fault of [...new Set([...many.faults, ...single.faults])].slice(0, 3)) console.log(`  fault: ${fault}`);
}

/** Milliseconds from the answer of a redemption until its row says so in ClickHouse. */
async function freshness(local, { allowed, redeem }) {
  const { url, user, password, database } = clickhouseOf(local);
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

const clickhouseOf = ({ clickhouse, clickhouse_url }) => ({
  url: clickhouse_url,
  user: clickhouse.analyst_user,
  password: clickhouse.analyst_password,
  database: clickhouse.database,
});

/** The floor inserts as the services do, so it uses their account. */
function writerOf({ clickhouse, clickhouse_url, data_dir }) {
  const { service } = JSON.parse(readFileSync(join(data_dir, 'secrets/clickhouse.json'), 'utf8'));
  return { url: clickhouse_url, user: 'countersign', password: service, database: clickhouse.database };
}

async function floorPart(local) {
  const shared = { broker: local.pids.kafka, engine: local.pids.clickhouse };
  const floor = await startFloor({ brokers: local.kafka_brokers, clickhouse: writerOf(local), port: PORT_BASE + 80 });
  const body = JSON.stringify(BODIES.gated);
  const result = await measure('(a) floor: HTTP and three Kafka hops', echo(floor.url, body), () => ({
    ...floor.pids,
    ...shared,
  }));
  await floor.stop();
  print(result);
  return result;
}

async function countersignPart(system, steps, floor) {
  const pids = () => system.local().pids;
  const allowed = await measure('(b1) Countersign: proposal → token, allowed by policy', steps.allowed, pids);
  print(allowed);
  const gated = await measure(
    '(b2) Countersign: proposal → packet → vote → token, approved at once',
    steps.gated,
    pids,
  );
  print(gated);
  for (const { name, cpuPerOp, rate } of [allowed, gated]) {
    const [cpu, speed] = [fixed(cpuPerOp / floor.cpuPerOp, 2), fixed(rate / floor.rate, 2)];
    console.log(
      `\n  ${name.slice(0, 4)} against the floor: ${cpu} × its CPU (aim ≤ 3), ${speed} × its rate (aim ≥ 0.25)`,
    );
  }
}

function inProcessPart() {
  const fold = foldRate();
  console.log(`\n(c) policy, in process: ${policyRate()} decisions/s a core (aim ≥ 200000)`);
  console.log(
    `    fold, in process: ${fold.rate} events/s (aim ≥ 50000), ${fold.bytesPerAction} bytes of heap an action`,
  );
}

async function freshnessPart(local, steps) {
  const { samples, faults } = await freshness(local, steps);
  const [p50, p95] = [0.5, 0.95].map((p) => fixed(percentile(samples, p), 0));
  console.log(
    `\n(d) freshness, redemption → row queryable: p50 ${p50} ms, p95 ${p95} ms, n ${samples.length}, faults ${faults.length} (aim p95 ≤ 1500)`,
  );
  for (const fault of faults.slice(0, 3)) console.log(`  fault: ${fault}`);
}

async function main() {
  const system = await startSystem(PORT_BASE);
  try {
    const local = system.local();
    const steps = clients(local, await reviewer(local));
    const floor = await floorPart(local);
    await countersignPart(system, steps, floor);
    inProcessPart();
    policyPart();
    await freshnessPart(local, steps);
    await historyPart(local);
  } finally {
    await system.stop();
  }
}

const { against: other, pairs } = parseArgs({
  options: { against: { type: 'string' }, pairs: { type: 'string', default: '11' }, quick: { type: 'boolean' } },
}).values;
await (other ? against(other, Number(pairs), PORT_BASE) : main());
process.exit(0);
