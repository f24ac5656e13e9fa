import { createGuard } from '../process/guard.js';
import { Supervised } from '../process/supervisor.js';
import { PartError } from '../process/part.js';
import type { Part, Report } from '../process/part.js';

/** All parts of one system, started group by group and stopped in the opposite order. */
export class Crew {
  private readonly guard = createGuard();
  private readonly groups: Supervised[][] = [];
  private listener: () => void = () => undefined;
  private stopping = false;

  constructor(private readonly report: Report) {}

  /** Starts a group at the same time. @throws the first fault, after every part of the group has settled */
  async start(parts: readonly Part[]): Promise<void> {
    if (this.stopping) throw new PartError('the system was stopped while it started');
    const group = parts.map((part) => new Supervised(part, this.guard, (line) => this.changed(line)));
    this.groups.push(group);
    const results = await Promise.allSettled(group.map((one) => this.startOne(one)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    for (const group of [...this.groups].reverse()) await Promise.all(group.map((one) => one.stop()));
    this.guard.close();
  }

  /** @throws Error when there is no such part */
  part(name: string): Supervised {
    const found = this.groups.flat().find((one) => one.part.name === name);
    if (!found) throw new Error(`there is no part ${name}`);
    return found;
  }

  /** Process ids of what runs now, with this process as `launcher`. */
  pids(): Record<string, number> {
    const running = this.groups.flat().filter((one) => one.pid !== null);
    return { launcher: process.pid, ...Object.fromEntries(running.map((one) => [one.part.name, one.pid as number])) };
  }

  onPidsChanged(listener: () => void): void {
    this.listener = listener;
  }

  private async startOne(one: Supervised): Promise<void> {
    const since = Date.now();
    await one.start();
    this.report(`${one.part.name} is ready (${((Date.now() - since) / 1000).toFixed(1)} s)`);
  }

  private changed(line: string): void {
    this.report(line);
    this.listener();
  }
}
