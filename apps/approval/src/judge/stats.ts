import type { Counters } from '@countersign/approval';
import type { Judge } from './judge.js';

const total = (judge: Judge, name: keyof Counters): number =>
  judge.partitions.reduce((sum, { counters }) => sum + counters[name], 0);
const sizes = (judge: Judge, of: 'actions' | 'pending' | 'grants' | 'freezes'): number =>
  judge.partitions.reduce((sum, state) => sum + state[of].size, 0);

/** What this instance knows and has counted since it started. */
export const statsOf = (judge: Judge) => ({
  ready: judge.ready(),
  folded: total(judge, 'folded'),
  skipped: judge.skipped,
  lag: judge.lag(),
  caught_up_ms: judge.caught_up_ms,
  waiting: judge.waiting,
  conflicting_decisions: total(judge, 'conflicting_decisions'),
  duplicate_bodies: total(judge, 'duplicate_bodies'),
  too_old: total(judge, 'too_old'),
  glass_broken: total(judge, 'glass_broken'),
  actions: sizes(judge, 'actions'),
  pending: sizes(judge, 'pending'),
  grants: sizes(judge, 'grants'),
  freezes: sizes(judge, 'freezes'),
  partitions: judge.partitions.map(({ partition, log_time }) => ({
    partition,
    position: judge.position(partition),
    log_time: new Date(log_time).toISOString(),
  })),
});
