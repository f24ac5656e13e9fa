import { setTimeout as sleep } from 'node:timers/promises';
import { startChild, stopChild } from './child.js';
import type { Child } from './child.js';
import type { Guard } from './guard.js';
import { PartError, waitReady } from './part.js';
import type { Part, Report } from './part.js';

const FIRST_BACK_OFF_MS = 200;
const LONGEST_BACK_OFF_MS = 5_000;
/** A part that was up this long has earned a quick restart again. */
const SETTLED_MS = 10_000;

/** Pause before restart number `failures` (0 = first), milliseconds. */
export const backOffMs = (failures: number): number => Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** failures);

/** Keeps one part alive until it is told to stop. */
export class Supervised {
  private child: Child | undefined;
  private wanted = false;
  private stopping = new AbortController();
  private keeper: Promise<void> = Promise.resolve();

  constructor(
    readonly part: Part,
    private readonly guard: Guard,
    private readonly changed: Report,
  ) {}

  get pid(): number | null {
    return this.child?.running() ? this.child.pid : null;
  }

  /** @throws PartError when it does not come up the first time, or is stopped meanwhile */
  async start(): Promise<void> {
    this.wanted = true;
    this.stopping = new AbortController();
    await this.part.prepare?.(this.changed);
    const child = await this.spawn();
    try {
      if (!this.wanted) throw new PartError(`${this.part.name} was stopped while it started`);
      await waitReady(this.part, child);
    } catch (error) {
      await stopChild(child, this.part.stopDeadlineMs);
      throw error;
    }
    this.keeper = this.keep(child);
  }

  /** Stops it for good, or until `start`. */
  async stop(): Promise<void> {
    this.wanted = false;
    this.stopping.abort();
    if (this.child) await stopChild(this.child, this.part.stopDeadlineMs);
    await this.keeper;
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.signal(signal);
  }

  private async keep(first: Child): Promise<void> {
    let child: Child | null = first;
    for (let failures = 0; this.wanted; failures += 1) {
      const since = Date.now();
      const reason: string = child ? await child.exited : 'it did not start';
      if (!this.wanted) return;
      if (Date.now() - since > SETTLED_MS) failures = 0;
      this.changed(`${this.part.name} ended (${reason}); starting it again in ${backOffMs(failures)} ms`);
      await sleep(backOffMs(failures), undefined, { signal: this.stopping.signal }).catch(() => undefined);
      if (this.wanted) child = await this.restart();
    }
    // Told to stop while a new process was on its way.
    if (child) await stopChild(child, this.part.stopDeadlineMs);
  }

  private async spawn(): Promise<Child> {
    if (!this.wanted) throw new PartError(`${this.part.name} was stopped before it started`);
    await this.part.beforeStart?.();
    this.child = await startChild(this.part.command(), this.guard);
    return this.child;
  }

  private async restart(): Promise<Child | null> {
    const child = await this.spawn().catch((error: Error) => this.changed(`${this.part.name}: ${error.message}`));
    if (!child) return null;
    waitReady(this.part, child).then(
      () => this.changed(`${this.part.name} is back (pid ${child.pid})`),
      (error: Error) => void (this.wanted && this.changed(error.message)),
    );
    return child;
  }
}
