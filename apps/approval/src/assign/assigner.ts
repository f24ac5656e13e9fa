import { setTimeout as sleep } from 'node:timers/promises';
import { assignmentRecord, planAssignments } from '@countersign/approval';
import type { Assignment } from '@countersign/approval';
import type { Logger } from '@countersign/service';
import type { Judge } from '../judge/judge.js';
import type { RosterLog } from '../roster/roster-log.js';

export interface AssignerOptions {
  readonly judge: Pick<Judge, 'partitions' | 'ready' | 'catchUp' | 'ask'>;
  readonly roster: Pick<RosterLog, 'roster' | 'healthy'>;
  readonly log: Logger;
  /** Whether this instance is the one that assigns. Two may think so for some seconds: the log takes the first of them. */
  readonly isInCharge: () => boolean;
  /** UTC epoch milliseconds, by which absences are judged. */
  readonly now?: () => number;
}

const LOOK_EVERY_MS = 200;
/** A look takes at most this part of the time, however much waits. */
const SHARE = 1 / 20;
/** Records appended at a time. */
const AT_ONCE = 200;
const REST_MS = 1_000;

/**
 * Gives requests of gates that assign in turn into people's hands, and takes them from who cannot keep them. One instance
 * does it for all partitions, since a person's load is what they have in all of them. It knows nothing that is not in
 * the log or the roster, so that another one goes on where it stopped.
 */
export class Assigner {
  /** Ids that the log has refused: the same would be refused again. */
  private readonly refused = new Set<string>();
  private wasInCharge = false;
  private closed = false;

  constructor(private readonly options: AssignerOptions) {}

  start(): void {
    void this.run();
  }

  /** Begins nothing more; of what is on its way the log says what became of it. */
  close(): void {
    this.closed = true;
  }

  private async run(): Promise<void> {
    while (!this.closed) {
      const pauseMs = await this.look().catch((fault: unknown) => {
        this.options.log.warn('requests could not be assigned', { fault });
        return REST_MS;
      });
      await sleep(pauseMs, undefined, { ref: false });
    }
  }

  /** @returns how long to wait until the next look, milliseconds */
  private async look(): Promise<number> {
    const { judge, roster, isInCharge, now = Date.now } = this.options;
    const before = this.wasInCharge;
    this.wasInCharge = isInCharge() && judge.ready() && roster.healthy();
    if (!this.wasInCharge) return LOOK_EVERY_MS;
    // What another instance did last is known before anything is added to it.
    if (!before) await judge.catchUp();
    const startedMs = performance.now();
    const planned = planAssignments(judge.partitions, roster.roster, now());
    const tookMs = performance.now() - startedMs;
    const fresh = planned.filter((one) => !this.refused.has(idOf(one))).slice(0, AT_ONCE);
    await Promise.all(fresh.map((one) => this.append(one)));
    return Math.max(LOOK_EVERY_MS, tookMs / SHARE);
  }

  private async append(one: Assignment): Promise<void> {
    const { judge, log } = this.options;
    const { code } = await judge.ask('CustodyRequested', assignmentRecord(one));
    const { reason, to } = one;
    const { request_id } = one.request;
    if (code !== 'ok') this.refuse(one, code);
    else if (to === null) log.warn('nobody can be assigned', { request_id, reason });
    else log.debug('assigned', { request_id, subject: to.subject, reason });
  }

  private refuse(one: Assignment, code: string): void {
    if (this.refused.size >= 10_000) this.refused.clear();
    this.refused.add(idOf(one));
    this.options.log.info('assignment refused', { request_id: one.request.request_id, code });
  }
}

const idOf = (one: Assignment): string => `${one.verb} ${one.request.request_id} ${one.round}`;
