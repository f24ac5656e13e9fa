import { connectTo, eventually, freePort, KafkaProxy, startSystem } from '@countersign/testing';
import type { TestSystem } from '@countersign/testing';
import { auditRows, voteIds } from './analyst.js';
import { Caller } from './caller.js';
import { loseAnswers, rage } from './chaos.js';
import { Ledger } from './ledger.js';
import { castOf, lead, seeded } from './load.js';
import type { Progress } from './load.js';
import type { Plan } from './plans.config.js';
import { PublicReader } from './public-reader.js';
import { judge } from './verdict.js';
import type { Verdict } from './verdict.js';

export interface FaultReport {
  readonly actions: number;
  readonly seconds: number;
  readonly faults: readonly string[];
  /** Answers of the broker that the proxy lost, by API. */
  readonly lost_answers: Record<string, number>;
  readonly retries: number;
  readonly longest_unavailability_ms: number;
  readonly longest_call: string;
  /** Calls that got no answer in 60 s, lives that broke off, 500s. */
  readonly gave_up: readonly string[];
  readonly failures: readonly string[];
  readonly server_errors: readonly string[];
  readonly public_events: number;
  readonly verdict: Verdict;
}

/** How long after the last fault everything must have come to rest, milliseconds. */
const REST_MS = 60_000;
const SEED = 20_261_122;

/** Runs the plan against a system of its own whose services see the broker only through a proxy that loses answers. */
export async function runFaults(plan: Plan): Promise<FaultReport> {
  const [port, advertisedPort] = [await freePort(), await freePort()];
  const proxy = new KafkaProxy(`127.0.0.1:${port}`);
  const serviceBrokers = [await proxy.listen(advertisedPort)];
  try {
    const system = await startSystem({
      approvalInstances: plan.approvalInstances,
      faults: { proxied: { port, advertisedPort }, serviceBrokers },
    });
    try {
      return await trial(plan, system, proxy);
    } finally {
      await system.close();
    }
  } finally {
    await proxy.close();
  }
}

async function trial(plan: Plan, system: TestSystem, proxy: KafkaProxy): Promise<FaultReport> {
  const connection = connectTo(system.local.kafka_brokers);
  const concurrent = new PublicReader(connection);
  const caller = new Caller();
  try {
    await concurrent.start();
    const ledger = new Ledger();
    const started = Date.now();
    const { progress, faults } = await storm(plan, { system, proxy, caller, ledger });
    const seconds = (Date.now() - started) / 1_000;
    const verdict = await rest(plan, { system, ledger, concurrent, late: () => readLate(connection) });
    return reportOf({ ledger, seconds, faults, proxy, caller, progress, concurrent, verdict });
  } finally {
    await concurrent.close();
    await connection.close();
    await caller.close();
  }
}

/** A line for whoever watches; a long run takes many minutes. */
const say = (line: string): void => void process.stderr.write(`faults: ${line}\n`);

async function storm(
  plan: Plan,
  parts: { system: TestSystem; proxy: KafkaProxy; caller: Caller; ledger: Ledger },
): Promise<{ progress: Progress; faults: string[] }> {
  const { system, proxy, caller, ledger } = parts;
  const random = seeded(SEED);
  const progress: Progress = { ended: 0, failures: [] };
  const cast = await castOf(system);
  loseAnswers(proxy);
  const watch = setInterval(
    () => say(`${progress.ended} of ${plan.actions} actions, ${caller.retries} retries, ${proxy.losses} answers lost`),
    10_000,
  );
  const raging = rage(system, plan.faults, () => progress.ended / plan.actions, seeded(SEED + 1));
  const [faults] = await Promise.all([raging, lead(plan, { caller, cast, ledger, progress, random })]).finally(() =>
    clearInterval(watch),
  );
  proxy.lose();
  say(`all ${progress.ended} actions ended`);
  return { progress, faults };
}

/** Judges until nothing is amiss or time is up: what is on its way is not lost, what never arrives is. */
async function rest(
  plan: Plan,
  parts: { system: TestSystem; ledger: Ledger; concurrent: PublicReader; late: () => Promise<PublicReader> },
): Promise<Verdict> {
  const { system, ledger, concurrent, late } = parts;
  for (const part of ['policy', 'intake', 'telemetry', 'approval']) await system.ready(part, REST_MS);
  let verdict: Verdict | null = null;
  const look = async (): Promise<void> => {
    const [reader, audit, votes] = [await late(), await auditRows(system.local), await voteIds(system.local)];
    verdict = judge({
      actions: [...ledger.actions.values()],
      late: reader.events,
      concurrent: concurrent.events,
      audit,
      votes,
    });
    say(
      `at rest? ${Object.entries(verdict)
        .map(([word, list]) => `${word} ${list.length}`)
        .join(', ')}`,
    );
    if (Object.values(verdict as Verdict).some((list) => list.length > 0)) throw new Error('not at rest');
  };
  await eventually(look, { withinMs: plan.name === 'short' ? REST_MS / 2 : REST_MS, everyMs: 1_000 }).catch(
    (error: unknown) => {
      if (verdict === null) throw error;
    },
  );
  return verdict!;
}

async function readLate(connection: ReturnType<typeof connectTo>): Promise<PublicReader> {
  const reader = new PublicReader(connection);
  await reader.start();
  await reader.close();
  return reader;
}

function reportOf(parts: {
  ledger: Ledger;
  seconds: number;
  faults: string[];
  proxy: KafkaProxy;
  caller: Caller;
  progress: Progress;
  concurrent: PublicReader;
  verdict: Verdict;
}): FaultReport {
  const { ledger, seconds, faults, proxy, caller, progress, concurrent, verdict } = parts;
  return {
    actions: ledger.size,
    seconds,
    faults,
    lost_answers: Object.fromEntries(proxy.lost),
    retries: caller.retries,
    longest_unavailability_ms: caller.longestMs,
    longest_call: caller.longestCall,
    gave_up: caller.gaveUp,
    failures: progress.failures,
    server_errors: caller.serverErrors,
    public_events: concurrent.events.length,
    verdict,
  };
}
