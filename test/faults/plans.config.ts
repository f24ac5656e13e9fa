import type { Fault } from './chaos.js';

export interface Plan {
  readonly name: 'short' | 'long';
  readonly actions: number;
  /** Lives that go on at one time. */
  readonly concurrency: number;
  readonly approvalInstances: number;
  readonly faults: readonly Fault[];
  /** The whole run must end within this time, milliseconds. */
  readonly limitMs: number;
}

const kill = (part: string): Fault => ({ part, how: 'kill' });
const freeze = (part: string, forMs: number): Fault => ({ part, how: 'freeze', forMs });

const SHORT: Plan = {
  name: 'short',
  actions: 260,
  concurrency: 16,
  approvalInstances: 2,
  faults: [kill('policy'), freeze('approval-2', 6_000), kill('approval'), kill('kafka')],
  limitMs: 240_000,
};

const LONG: Plan = {
  name: 'long',
  actions: 30_000,
  concurrency: 48,
  approvalInstances: 3,
  faults: [
    kill('policy'),
    kill('approval'),
    kill('intake'),
    freeze('approval-2', 12_000),
    kill('telemetry'),
    kill('kafka'),
    kill('approval-2'),
    kill('policy'),
    kill('approval-3'),
    freeze('approval', 12_000),
    kill('intake'),
    kill('kafka'),
    kill('approval'),
    kill('clickhouse'),
  ],
  limitMs: 3_000_000,
};

/** `COUNTERSIGN_FAULTS=long` is what `npm run faults` asks for. */
export const planOf = (env: NodeJS.ProcessEnv): Plan => (env['COUNTERSIGN_FAULTS'] === 'long' ? LONG : SHORT);
