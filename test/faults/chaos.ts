import type { KafkaProxy, TestSystem } from '@countersign/testing';

/** One fault; `kill` is SIGKILL, the supervisor starts the part again. */
export interface Fault {
  readonly part: string;
  readonly how: 'kill' | 'freeze';
  /** How long a frozen part stays frozen, milliseconds. */
  readonly forMs?: number;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Lost answers all along; the odds are uneven so that they do not fall in step with each other. */
export function loseAnswers(proxy: KafkaProxy): void {
  proxy.lose(
    { api: 'Produce', every: 97, how: 'cut' },
    { api: 'EndTxn', every: 23, how: 'cut' },
    { api: 'TxnOffsetCommit', every: 31, how: 'cut' },
    { api: 'AddOffsetsToTxn', every: 41, how: 'drop' },
    { api: 'Fetch', every: 211, how: 'cut' },
    { api: 'OffsetCommit', every: 37, how: 'drop' },
  );
}

export async function inflict(system: TestSystem, { part, how, forMs = 8_000 }: Fault): Promise<void> {
  if (how === 'kill') {
    system.kill(part);
    return;
  }
  system.freeze(part);
  await sleep(forMs);
  system.thaw(part);
}

/**
 * Inflicts faults in order, each when its share of the work is done: the n-th of N at n/(N+1), give or take.
 * @param done share of the work done so far, 0 to 1
 * @returns parts as they were hit
 */
export async function rage(
  system: TestSystem,
  faults: readonly Fault[],
  done: () => number,
  random: () => number,
): Promise<string[]> {
  const hit: string[] = [];
  for (const [index, fault] of faults.entries()) {
    const due = (index + 0.5 + random() * 0.5) / (faults.length + 1);
    while (done() < due) await sleep(50);
    await sleep(random() * 200);
    process.stderr.write(`faults: ${fault.how} ${fault.part}\n`);
    await inflict(system, fault);
    hit.push(`${fault.how} ${fault.part} at ${Math.round(done() * 100)} %`);
    // A part that is down cannot be killed again; the system must live through each fault on its own.
    await system.ready(fault.part, 60_000);
  }
  return hit;
}
