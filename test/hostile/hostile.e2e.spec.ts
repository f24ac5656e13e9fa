import { eventually, startSystem } from '@countersign/testing';
import type { TestSystem } from '@countersign/testing';
import { auditRows } from '../faults/analyst.js';
import { attack } from './attack.js';
import type { AttackReport } from './attack.js';
import { Neighbour, OPERATIONS, quantile } from './neighbour.js';
import type { Measured } from './neighbour.js';
import { planOf, SEED } from './plans.config.js';
import { memoryOf, watch } from './watch.js';
import type { Memory, Seen } from './watch.js';

const plan = planOf(process.env);
const REVIEWERS = ['ann', 'bob', 'cat'];
/** What a service may hold more after the attack than before it, beside what it accepted, MiB. */
const SLACK_MIB = 200;
/** A judge holds an accepted action as bytes and as what it makes of them. */
const COPIES = 6;

describe('a hostile tenant', () => {
  let system: TestSystem;
  let neighbour: Neighbour;
  let calm: Measured;
  let harmed: Measured;
  let report: AttackReport;
  let seen: Seen;
  let memory: { before: Memory; after: Memory };

  beforeAll(async () => {
    system = await startSystem({ approvalInstances: 1 });
    neighbour = new Neighbour(system.local, {
      reviewers: await Promise.all(REVIEWERS.map((one) => system.token(one))),
    });
    await neighbour.work(5, 20);
    calm = await neighbour.work(plan.seconds, plan.operations);
    const before = memoryOf(system);
    const watching = watch(system);
    [report, harmed] = await Promise.all([
      attack(system, plan.seconds, SEED),
      neighbour.work(plan.seconds, plan.operations),
    ]);
    seen = watching.stop();
    memory = { before, after: memoryOf(system) };
    print({ calm, harmed, report, seen, memory });
  }, plan.limitMs);
  afterAll(async () => {
    await neighbour?.close();
    await system?.close();
  }, 60_000);

  it('knocks at every door with every kind of extreme', () => {
    const kinds = new Set(Object.values(report.sent).flatMap((row) => Object.keys(row)));
    for (const kind of KINDS) expect(kinds).toContain(kind);
    expect(Object.keys(report.sent).length).toBeGreaterThan(40);
    expect(report.cpu_s).toBeLessThan(report.seconds * 0.5);
  });

  it.each(OPERATIONS)('does not hold up its neighbours when they %s', (operation) => {
    expect(harmed.ms[operation].length).toBeGreaterThanOrEqual(plan.operations);
    const limitMs = Math.max(1_000, 2 * quantile(calm.ms[operation], 0.99));
    expect(quantile(harmed.ms[operation], 0.99)).toBeLessThanOrEqual(limitMs);
  });

  it('gets an answer to everything, and never one that is a fault of ours', () => {
    expect(report.findings).toEqual([]);
  });

  it('stops no consumer, ends no process, and turns no service red', () => {
    expect(seen).toEqual({ notReady: [], restarted: [], stopped: [] });
  });

  it('loses nothing of its neighbours', async () => {
    expect(harmed.wrongs).toEqual([]);
    const acknowledged = [...calm.redeemed, ...harmed.redeemed];
    await eventually(
      async () => {
        const rows = new Map((await auditRows(system.local)).map((row) => [row.action_id, row]));
        const lost = acknowledged.filter((id) => !rows.get(id)?.redeemed);
        expect(lost).toEqual([]);
      },
      { withinMs: 60_000, everyMs: 1_000 },
    );
  }, 90_000);

  it('fills no memory beyond what was accepted of it', () => {
    const allowedMib = SLACK_MIB + (COPIES * report.accepted_bytes) / 1_048_576;
    const grown = Object.entries(memory.after).filter(([part, mib]) => mib - (memory.before[part] ?? 0) > allowedMib);
    expect(grown).toEqual([]);
  });
});

const KINDS = [
  ...['size', 'depth', 'width', 'numbers', 'text', 'time', 'ids', 'money', 'names', 'type', 'multiplies', 'headers'],
  ...['method', 'keys', 'framing', 'compression', 'bombs', 'transactions', 'waits', 'slow', 'growth'],
];

/** The figures of the run, for whoever reads the log of the tests. */
function print(run: { calm: Measured; harmed: Measured; report: AttackReport; seen: Seen; memory: object }): void {
  const { calm, harmed, report, seen, memory } = run;
  const p99 = ({ ms }: Measured): object =>
    Object.fromEntries(
      OPERATIONS.map((name) => [name, { n: ms[name].length, p99_ms: Math.round(quantile(ms[name], 0.99)) }]),
    );
  const { sent, answers, findings, ...rest } = report;
  const lines = [
    `hostile: without ${JSON.stringify(p99(calm))}`,
    `hostile: with    ${JSON.stringify(p99(harmed))}`,
    `hostile: ${JSON.stringify({ ...rest, memory, notReady: seen.notReady.length, restarted: seen.restarted, stopped: seen.stopped.length, findings: findings.length })}`,
    ...Object.entries(sent).map(
      ([door, row]) => `hostile: ${door} ${JSON.stringify(row)} → ${JSON.stringify(answers[door])}`,
    ),
    ...findings.slice(0, 30).map((finding) => `hostile: finding ${JSON.stringify(finding)}`),
    ...seen.stopped.slice(0, 10).map((line) => `hostile: ${line}`),
    ...seen.notReady.slice(0, 10).map((line) => `hostile: ${line}`),
    ...harmed.wrongs.slice(0, 10).map((line) => `hostile: neighbour ${line}`),
  ];
  process.stderr.write(`${lines.join('\n')}\n`);
}
