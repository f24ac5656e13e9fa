import { randomUUID } from 'node:crypto';
import { nextDeadline } from '@countersign/approval';
import type { PartitionState } from '@countersign/approval';
import type { Logger } from '@countersign/service';
import type { Judge } from './judge.js';

const LOOK_EVERY_MS = 100;
const PATIENCE_MS = 200;
// A tick that did not reach its deadline is not repeated at once: asking again would not make time pass.
const REST_MS = 1_000;
const RENEW_AFTER_MS = 20 * 60_000;
const RENEWALS_EVERY_MS = 30_000;

/** UTC epoch milliseconds that go on evenly: a clock of the machine that is set does not move them. */
const now = (): number => performance.timeOrigin + performance.now();

/** What was last asked of a partition. */
interface Asked {
  readonly deadline: number;
  readonly atMs: number;
}

/**
 * Appends what moves log time on: a tick when a deadline is due (a hint, never a judgement), and renewals of standing
 * freezes. Each answer tells how far the local clock is from the log's, so that one which is wrong is no worse than
 * another. Instances wait a different moment each, so that mostly one of them does it.
 */
export class Ticker {
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly patienceMs = Math.random() * PATIENCE_MS;
  private readonly asked = new Map<number, Asked>();
  /** How far the local clock is ahead of the log's, milliseconds, by partition: each has a broker of its own. */
  private readonly aheadMs = new Map<number, number>();

  constructor(
    private readonly judge: Judge,
    private readonly log: Logger,
  ) {}

  /** Compares the clocks first, by one tick in every partition. */
  start(): void {
    for (const state of this.judge.partitions) this.tick(state);
    this.timers.push(setInterval(() => this.look(), LOOK_EVERY_MS));
    this.timers.push(setInterval(() => this.renew(), RENEWALS_EVERY_MS * (1 + Math.random())));
    for (const timer of this.timers) timer.unref();
  }

  close(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  private look(): void {
    if (!this.judge.ready()) return;
    for (const state of this.judge.partitions) {
      const deadline = nextDeadline(state);
      if (deadline === null || deadline + this.patienceMs > this.logTime(state)) continue;
      const last = this.asked.get(state.partition);
      if (last?.deadline === deadline && last.atMs + REST_MS > now()) continue;
      this.asked.set(state.partition, { deadline, atMs: now() });
      this.tick(state);
    }
  }

  /** What the log's clock says now, as far as is known. */
  private logTime({ partition }: PartitionState): number {
    return now() - (this.aheadMs.get(partition) ?? 0);
  }

  private tick(state: PartitionState): void {
    const { partition } = state;
    const told = this.judge.tell('Ticked', { tenant: '', client_request_id: randomUUID() }, partition);
    const learned = told.then(({ at }) => void this.aheadMs.set(partition, now() - at));
    this.heed(learned, state);
  }

  /** Repeats a freeze that stands long, so that an instance which reads the log from later on knows of it. */
  private renew(): void {
    if (!this.judge.ready()) return;
    for (const state of this.judge.partitions) {
      for (const freeze of state.freezes.values()) {
        if (freeze.renewed_at + RENEW_AFTER_MS > this.logTime(state)) continue;
        const { tenant, freeze_id, agent_id, action_type, issuer, subject, reason } = freeze;
        const who = { issuer, subject, roles: ['admin'], reason };
        const what = { tenant, client_request_id: randomUUID(), freeze_id, frozen: true, agent_id, action_type };
        this.heed(this.judge.tell('FreezeRequested', { ...what, ...who }, state.partition), state);
      }
    }
  }

  private heed(told: Promise<unknown>, { partition }: PartitionState): void {
    told.catch((fault: unknown) => this.log.warn('log time could not be moved on', { partition, fault }));
  }
}
