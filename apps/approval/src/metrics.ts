import { isLeftInPool, requestOf } from '@countersign/approval';
import type { RequestState } from '@countersign/approval';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Judge } from './judge/judge.js';
import { statsOf } from './judge/stats.js';

const COUNTERS = {
  folded: 'Records of the approval log folded since start.',
  skipped: 'Records of the approval log that could not be believed, since start.',
  conflicting_decisions: 'Second decisions of one body that say something else. Anything above 0 is an alert.',
  duplicate_bodies: 'Decisions of another body under a known action id.',
  glass_broken: 'Times that somebody broke the glass, among the records folded since start.',
  too_old: 'Decisions that came more than 24 hours after their proposal.',
} as const;

const GAUGES = {
  lag: 'Records of the approval log not folded yet.',
  waiting: 'Callers who wait for the fold to reach their record.',
  actions: 'Actions remembered.',
  pending: 'Requests that wait for people.',
  freezes: 'Kill switches that are on, counted in every partition.',
} as const;

/** Requests that rotation has left to everybody who may vote, and that are still nobody's. */
const unassigned = ({ partitions }: Judge): number =>
  partitions.flatMap(({ pending }) => [...pending]).filter(([id, action]) => isUnassigned(requestOf(action, id)))
    .length;

const isUnassigned = (request: RequestState | null): boolean =>
  request !== null && request.assignee === null && request.claimed_by === null && isLeftInPool(request);

/** Adds the time to stop: from a freeze or its lift at the door until every partition has folded it, seconds. */
export const timeToStop = (registry: Registry): Histogram =>
  new Histogram({
    name: 'countersign_approval_freeze_seconds',
    help: 'From a freeze or its lift at the door until every partition has folded it.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });

/** Adds the judge's own numbers, read when they are scraped. */
export function observeJudge(registry: Registry, judge: Judge): void {
  for (const [name, help] of Object.entries(COUNTERS) as [keyof typeof COUNTERS, string][]) {
    new Counter({
      ...{ name: `countersign_approval_${name}_total`, help, registers: [registry] },
      collect() {
        this.reset();
        this.inc(statsOf(judge)[name]);
      },
    });
  }
  for (const [name, help] of Object.entries(GAUGES) as [keyof typeof GAUGES, string][]) {
    new Gauge({
      ...{ name: `countersign_approval_${name}`, help, registers: [registry] },
      collect() {
        this.set(statsOf(judge)[name]);
      },
    });
  }
  new Gauge({
    name: 'countersign_approval_unassigned',
    help: 'Requests for which nobody could be assigned, and that are left to everybody who may vote.',
    registers: [registry],
    collect() {
      this.set(unassigned(judge));
    },
  });
}
