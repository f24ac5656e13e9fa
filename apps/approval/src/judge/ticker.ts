import { randomUUID } from 'node:crypto';
import { nextDeadline } from '@countersign/approval';
import type { PartitionState } from '@countersign/approval';
import type { Logger } from '@countersign/service';
import type { Judge } from './judge.js';

const LOOK_EVERY_MS = 250;
// A broker clock behind ours leaves the deadline due for a while; asking again at once would not make it pass.
const REST_MS = 1_000;
const RENEW_AFTER_MS = 20 * 60_000;
const RENEWALS_EVERY_MS = 30_000;

/**
 * Appends what moves log time on: a tick when a deadline is due by the local clock (a hint, never a judgement), and
 * renewals of standing freezes. Instances wait a different moment each, so that mostly one of them does it.
 */
export class Ticker {
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly patienceMs = Math.random() * LOOK_EVERY_MS * 2;
  private readonly restUntilMs = new Map<number, number>();

  constructor(
    private readonly judge: Judge,
    private readonly log: Logger,
  ) {}

  start(): void {
    this.timers.push(setInterval(() => this.tick(Date.now()), LOOK_EVERY_MS));
    this.timers.push(setInterval(() => this.renew(Date.now()), RENEWALS_EVERY_MS * (1 + Math.random())));
    for (const timer of this.timers) timer.unref();
  }

  close(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  private tick(nowMs: number): void {
    if (!this.judge.ready()) return;
    for (const state of this.judge.partitions) {
      const next = nextDeadline(state);
      const isDue = next !== null && next + this.patienceMs <= nowMs;
      if (!isDue || (this.restUntilMs.get(state.partition) ?? 0) > nowMs) continue;
      this.restUntilMs.set(state.partition, nowMs + REST_MS);
      this.send(this.judge.tell('Ticked', { tenant: '', client_request_id: randomUUID() }, state.partition), state);
    }
  }

  /** Repeats a freeze that stands long, so that an instance which reads the log from later on knows of it. */
  private renew(nowMs: number): void {
    if (!this.judge.ready()) return;
    for (const state of this.judge.partitions) {
      for (const freeze of state.freezes.values()) {
        if (freeze.renewed_at + RENEW_AFTER_MS > nowMs) continue;
        const { tenant, freeze_id, agent_id, action_type, issuer, subject, reason } = freeze;
        const who = { issuer, subject, roles: ['admin'], reason };
        const what = { tenant, client_request_id: randomUUID(), freeze_id, frozen: true, agent_id, action_type };
        this.send(this.judge.tell('FreezeRequested', { ...what, ...who }, state.partition), state);
      }
    }
  }

  private send(told: Promise<unknown>, { partition }: PartitionState): void {
    told.catch((fault: unknown) => this.log.warn('log time could not be moved on', { partition, fault }));
  }
}
