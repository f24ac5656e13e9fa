import type { AttackReport } from './attack.js';
import type { Measured, Operation } from './neighbour.js';
import { quantile } from './times.js';

/** The same work without the attack and, right after it, with it. */
export interface Round {
  readonly calm: Measured;
  readonly harmed: Measured;
  readonly report: AttackReport;
}

/** A neighbour may always wait so long, milliseconds. */
const ALLOWED_MS = 1_000;

const timesBy = (timesOf: (name: Operation) => readonly number[]): Measured['ms'] => ({
  ...{ propose: timesOf('propose'), vote: timesOf('vote') },
  ...{ redeem: timesOf('redeem'), submit: timesOf('submit') },
});

/** All measurements as one. */
export const pooled = (all: readonly Measured[]): Measured => ({
  ms: timesBy((name) => all.flatMap(({ ms }) => ms[name])),
  late: all.flatMap(({ late }) => late),
  wrongs: all.flatMap(({ wrongs }) => wrongs),
  redeemed: all.flatMap(({ redeemed }) => redeemed),
});

/** Times that one operation waits for its turn on the processor, from the client through services and broker and back. */
const TURNS = 10;

/**
 * Whether the attack held its neighbours up: their p99 is above a second and above twice the p99 without the attack, in
 * all rounds together and in more than a third of them. A machine that stood still for a while spoils one round; what the
 * attack does, it does in most. What the machine itself held up meanwhile is allowed besides.
 */
export function isHeldUp(rounds: readonly Round[], operation: Operation): boolean {
  const calm = p99(pooled(rounds.map((one) => one.calm)).ms[operation]);
  const isLate = (harmed: Measured): boolean =>
    p99(harmed.ms[operation]) > Math.max(ALLOWED_MS, 2 * calm) + TURNS * p99(harmed.late);
  const late = rounds.filter(({ harmed }) => isLate(harmed));
  return isLate(pooled(rounds.map(({ harmed }) => harmed))) && late.length > rounds.length / 3;
}

export const p99 = (values: readonly number[]): number => quantile(values, 0.99);

type Counts = AttackReport['sent'];

function summed(all: readonly Counts[]): Counts {
  const sums: Record<string, Record<string, number>> = {};
  for (const [door, row] of all.flatMap((counts) => Object.entries(counts)))
    for (const [kind, count] of Object.entries(row)) {
      const sum = (sums[door] ??= {});
      sum[kind] = (sum[kind] ?? 0) + count;
    }
  return sums;
}

/** The reports of all rounds as one. */
export function pooledReport(reports: readonly AttackReport[]): AttackReport {
  const total = (of: (report: AttackReport) => number): number => reports.reduce((sum, one) => sum + of(one), 0);
  return {
    sent: summed(reports.map(({ sent }) => sent)),
    answers: summed(reports.map(({ answers }) => answers)),
    findings: reports.flatMap(({ findings }) => findings),
    taken: reports.flatMap(({ taken }) => taken),
    accepted_bytes: total(({ accepted_bytes }) => accepted_bytes),
    cpu_s: total(({ cpu_s }) => cpu_s),
    seconds: total(({ seconds }) => seconds),
  };
}
