import type { TestSystem } from '@countersign/testing';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SERVICES = ['intake', 'policy', 'approval', 'telemetry'] as const;

/** What was seen of the services while somebody did them harm. */
export interface Seen {
  /** Services that were not ready for longer than `PATIENCE_MS`, looked at once a second. */
  readonly notReady: readonly string[];
  /** Parts whose process ended and was started again. */
  readonly restarted: readonly string[];
  /** Lines of logs that say that a consumer gave up. */
  readonly stopped: readonly string[];
}

/** Private memory of each service, MiB. */
export type Memory = Readonly<Record<string, number>>;

export function memoryOf(system: TestSystem): Memory {
  return Object.fromEntries(
    SERVICES.map((part) => {
      const rollup = readFileSync(`/proc/${system.pid(part)}/smaps_rollup`, 'utf8');
      return [part, Math.round(Number(/^Anonymous:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) / 1_024)];
    }),
  );
}

/** Lines of each sort that are kept, so that a system that stands still does not fill the report. */
const MOST_LINES = 20;

/** A busy machine may hold a look up for a while; a service that does not come back has stopped. Milliseconds. */
const PATIENCE_MS = 8_000;

/** Looks at every service once a second until it is told to stop. */
export function watch(system: TestSystem): { stop(): Seen } {
  const notReady: string[] = [];
  const before = pidsOf(system);
  const readyAt = new Map<string, number>();
  const look = async (part: (typeof SERVICES)[number]): Promise<void> => {
    const at = Date.now();
    const url = system.local[`${part}_url`];
    const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
    const since = Math.max(readyAt.get(part) ?? 0, answer?.status === 200 || !readyAt.has(part) ? at : 0);
    readyAt.set(part, since);
    if (at - since > PATIENCE_MS && notReady.length < MOST_LINES)
      notReady.push(`${new Date(at).toISOString()} ${part}: ${answer?.status ?? 'no answer within 5 s'}`);
    await answer?.body?.cancel();
  };
  const timer = setInterval(() => SERVICES.forEach((part) => void look(part)), 1_000);
  return {
    stop: () => {
      clearInterval(timer);
      const after = pidsOf(system);
      return {
        notReady,
        restarted: Object.keys(before).filter((part) => before[part] !== after[part]),
        stopped: linesOf(system.logs, /consumer stopped|is replaced/).slice(0, MOST_LINES),
      };
    },
  };
}

const pidsOf = (system: TestSystem): Record<string, number | null> =>
  Object.fromEntries([...SERVICES, 'kafka', 'clickhouse'].map((part) => [part, system.pid(part)]));

const linesOf = (folder: string, pattern: RegExp): string[] =>
  readdirSync(folder).flatMap((file) =>
    readFileSync(join(folder, file), 'utf8')
      .split('\n')
      .filter((line) => pattern.test(line))
      .map((line) => `${file}: ${line.slice(0, 300)}`),
  );
