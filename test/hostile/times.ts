import { setTimeout as sleep } from 'node:timers/promises';

const TICK_MS = 20;

/** How late timers of this process fire until it is over, milliseconds. */
export async function lateness(isOver: () => boolean): Promise<number[]> {
  const late: number[] = [];
  while (!isOver()) {
    const started = performance.now();
    await sleep(TICK_MS);
    late.push(Math.max(0, performance.now() - started - TICK_MS));
  }
  return late;
}

/** The value below which this share of them lies; nearest rank. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
