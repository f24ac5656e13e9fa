import { eventually, startSystem } from '@countersign/testing';
import type { TestSystem } from '@countersign/testing';
import { auditRows } from '../faults/analyst.js';
import { AGENT, attack, HOSTILE } from './attack.js';
import type { AttackReport } from './attack.js';
import { writeWrongly } from './insider.js';
import { lagging } from './lag.js';
import { Neighbour, OPERATIONS } from './neighbour.js';
import type { Measured } from './neighbour.js';
import { isWanted, planOf, SEED } from './plans.config.js';
import { isHeldUp, p99, pooled, pooledReport } from './rounds.js';
import type { Round } from './rounds.js';
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
  let rounds: Round[];
  let report: AttackReport;
  let seen: Seen;
  let before: Memory;
  let wrong = 0;

  beforeAll(async () => {
    system = await startSystem({ approvalInstances: 1 });
    const reviewers = await Promise.all(REVIEWERS.map((one) => system.token(one)));
    neighbour = new Neighbour(system.local, { reviewers });
    await neighbour.connect();
    await neighbour.work(4, 20);
    before = memoryOf(system);
    const watching = watch(system);
    rounds = [];
    for (let nth = 0; nth < plan.rounds; nth += 1) rounds.push(await round(nth));
    seen = watching.stop();
    report = pooledReport(rounds.map((one) => one.report));
    print({ rounds, report, seen, memory: { before, after: memoryOf(system) } });
  }, plan.limitMs);
  afterAll(async () => {
    await neighbour?.close();
    await system?.close();
  }, 60_000);

  async function round(nth: number): Promise<Round> {
    const calm = await neighbour.work(plan.calm_s, 0);
    if (isWanted('insider')) wrong += await writeWrongly(system);
    const [attacked, harmed] = await Promise.all([
      attack(system, plan.attack_s, SEED + nth),
      neighbour.work(plan.attack_s, Math.ceil(plan.operations / plan.rounds)),
    ]);
    return { calm, harmed, report: attacked };
  }

  const harmed = (): Measured => pooled(rounds.map((one) => one.harmed));

  it('knocks at every door with every kind of extreme', () => {
    const kinds = new Set(Object.values(report.sent).flatMap((row) => Object.keys(row)));
    for (const kind of KINDS.filter(isWanted)) expect(kinds).toContain(kind);
    if (KINDS.every(isWanted)) expect(Object.keys(report.sent).length).toBeGreaterThan(25);
    expect(wrong).toBe(isWanted('insider') ? 6 * plan.rounds : 0);
    expect(report.cpu_s).toBeLessThan(report.seconds * 0.5);
  });

  it('leaves its neighbours at work', () => {
    const { submit, ...others } = harmed().ms;
    for (const times of Object.values(others)) expect(times.length).toBeGreaterThanOrEqual(plan.operations);
    expect(submit.length).toBeGreaterThanOrEqual(plan.operations / 10);
  });

  it.each(OPERATIONS)('does not hold up its neighbours when they %s', (operation) => {
    expect(isHeldUp(rounds, operation)).toBe(false);
  });

  it('gets an answer to everything, and never one that is a fault of ours', () => {
    expect(report.findings).toEqual([]);
  });

  it('carries to the end whatever it takes', async () => {
    const { api_key } = system.local.agents.find(({ tenant, agent_id }) => tenant === HOSTILE && agent_id === AGENT)!;
    let left = report.taken;
    await eventually(
      async () => {
        const statuses = await Promise.all(left.map((path) => statusAt(path, api_key)));
        left = left.filter((_, at) => typeof statuses[at] !== 'string' || statuses[at] === 'deciding');
        expect(left).toEqual([]);
      },
      { withinMs: 60_000, everyMs: 1_000 },
    );
  }, 120_000);

  async function statusAt(path: string, key: string): Promise<unknown> {
    const headers = { authorization: `Bearer ${key}` };
    const answer = await fetch(new URL(path, system.local.intake_url), { headers });
    return ((await answer.json()) as { status?: unknown }).status;
  }

  it('leaves no record that is tried for ever', async () => {
    await eventually(async () => expect(await lagging(system)).toEqual([]), { withinMs: 60_000, everyMs: 1_000 });
  }, 70_000);

  it('stops no consumer, ends no process, and turns no service red', () => {
    expect(seen).toEqual({ notReady: [], restarted: [], stopped: [] });
  });

  it('loses nothing of its neighbours', async () => {
    expect(harmed().wrongs).toEqual([]);
    const acknowledged = rounds.flatMap((one) => [...one.calm.redeemed, ...one.harmed.redeemed]);
    await eventually(
      async () => {
        const rows = new Map((await auditRows(system.local)).map((row) => [row.action_id, row]));
        const lost = acknowledged.filter((id) => !rows.get(id)?.redeemed);
        expect(lost).toEqual([]);
      },
      { withinMs: 60_000, everyMs: 1_000 },
    );
  }, 90_000);

  it('fills no memory beyond what was accepted of it', async () => {
    const allowedMib = SLACK_MIB + (COPIES * report.accepted_bytes) / 1_048_576;
    // What is garbage is given back within seconds of rest.
    await eventually(
      () => {
        const grown = Object.entries(memoryOf(system)).filter(([part, mib]) => mib - (before[part] ?? 0) > allowedMib);
        expect(grown).toEqual([]);
      },
      { withinMs: 60_000, everyMs: 1_000 },
    );
  }, 70_000);
});

const KINDS = [
  ...['size', 'depth', 'width', 'numbers', 'text', 'time', 'ids', 'money', 'names', 'type', 'multiplies', 'headers'],
  ...['method', 'keys', 'framing', 'compression', 'bombs', 'transactions', 'waits', 'slow', 'growth'],
];

/** The figures of the run, for whoever reads the log of the tests. */
function print(run: { rounds: readonly Round[]; report: AttackReport; seen: Seen; memory: object }): void {
  const { rounds, report, seen, memory } = run;
  const figures = (all: readonly Measured[]): string => {
    const { ms, late } = pooled(all);
    const each = OPERATIONS.map((name) => {
      const byRound = all.map((one) => Math.round(p99(one.ms[name])));
      return `${name} n ${ms[name].length}, p99 ${Math.round(p99(ms[name]))} ms (${byRound.join(', ')})`;
    });
    return [...each, `timers late p99 ${Math.round(p99(late))} ms`].join('; ');
  };
  const { sent, answers, findings, taken, ...rest } = report;
  const { wrongs } = pooled(rounds.map(({ harmed }) => harmed));
  const lines = [
    `hostile: without ${figures(rounds.map(({ calm }) => calm))}`,
    `hostile: with    ${figures(rounds.map(({ harmed }) => harmed))}`,
    `hostile: ${JSON.stringify({ ...rest, taken: taken.length, memory, notReady: seen.notReady.length, restarted: seen.restarted, stopped: seen.stopped.length, findings: findings.length })}`,
    ...Object.entries(sent).map(
      ([door, row]) => `hostile: ${door} ${JSON.stringify(row)} → ${JSON.stringify(answers[door])}`,
    ),
    ...findings.slice(0, 30).map((finding) => `hostile: finding ${JSON.stringify(finding)}`),
    ...seen.stopped.slice(0, 10).map((line) => `hostile: ${line}`),
    ...seen.notReady.slice(0, 10).map((line) => `hostile: ${line}`),
    ...wrongs.slice(0, 10).map((line) => `hostile: neighbour ${line}`),
  ];
  process.stderr.write(`${lines.join('\n')}\n`);
}
