import { ACTION_TABLES } from '@countersign/clickhouse';
import type { ActionTable, Derivation, EventRow } from '@countersign/clickhouse';
import type { Logger } from '@countersign/service';

export interface RefresherOptions {
  readonly derive: Derivation;
  readonly log: Logger;
  /** How long touched actions wait for company, milliseconds. Default 400. */
  readonly gatherMs?: number;
  /** How long touched days wait for company, milliseconds: a day is computed whole. Default 2 000. */
  readonly gatherDaysMs?: number;
}

/** Events that change a table beside `audit`, which every event of an action may change. */
const TABLES_OF: Readonly<Record<string, readonly ActionTable[]>> = {
  VoteRecorded: ['votes', 'audit'],
  VersionChanged: ['votes', 'audit'],
  LabelRecorded: ['labels', 'audit'],
  SampleLabelled: ['labels', 'audit'],
  Refused: ['refusals', 'audit'],
};

const BESIDE_AUDIT = ACTION_TABLES.filter((table) => table !== 'audit');
const RETRY_MS = 500;
const FAILING_MS = 15_000;

/**
 * Keeps the derived tables up with the events that are in the sink. What is touched while a refresh runs is the next one's
 * work, so that a slow engine gets larger and fewer refreshes. What a crash leaves undone `reconcile` finds.
 */
export class Refresher {
  private readonly actions = new Map<ActionTable, Set<string>>(ACTION_TABLES.map((table) => [table, new Set()]));
  private readonly untoldDays = new Set<string>();
  private daysDueMs = Infinity;
  private missed = false;
  private thawed = false;
  private failingSinceMs: number | null = null;
  private timer: NodeJS.Timeout | null = null;
  private timerDueMs = Infinity;
  private running: Promise<void> | null = null;
  private closed = false;

  constructor(private readonly options: RefresherOptions) {}

  /** The rows are in the sink. */
  touch(rows: readonly EventRow[]): void {
    for (const { action_id, type } of rows) {
      // It may be a lift, which moves the clocks of actions without a record of theirs.
      if (type === 'FreezeChanged') this.thawed = true;
      if (action_id === null) continue;
      for (const table of TABLES_OF[type] ?? ['audit']) this.actions.get(table)?.add(action_id);
    }
    this.wake(this.options.gatherMs ?? 400);
  }

  /** A writer may have died between events and derived rows: look for what is missing. */
  reconcile(): void {
    this.missed = true;
    this.wake(0);
  }

  /** True unless refreshing has failed for 15 s. */
  healthy(): boolean {
    return this.failingSinceMs === null || Date.now() - this.failingSinceMs < FAILING_MS;
  }

  /** Resolves when everything touched so far is derived, daily tables included. */
  async settled(): Promise<void> {
    while (!this.closed && (this.running || this.timer || this.busy())) {
      if (Number.isFinite(this.daysDueMs)) this.daysDueMs = 0;
      this.wake(0);
      await (this.running ?? pause(5));
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    if (this.timer) clearTimeout(this.timer);
    await this.running;
  }

  private busy(): boolean {
    return (
      this.missed || this.thawed || this.untoldDays.size > 0 || [...this.actions.values()].some(({ size }) => size > 0)
    );
  }

  private wake(afterMs: number): void {
    if (this.closed || this.running) return;
    const dueMs = Date.now() + afterMs;
    if (this.timer && dueMs >= this.timerDueMs) return;
    // A run that is due for the days only must not hold up actions that come meanwhile.
    if (this.timer) clearTimeout(this.timer);
    this.timerDueMs = dueMs;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.running = this.run().finally(() => {
        this.running = null;
        if (this.busy()) this.wake(this.nextWaitMs());
      });
    }, afterMs);
  }

  private nextWaitMs(): number {
    if (this.failingSinceMs !== null) return RETRY_MS;
    const actionsWait = this.missed || this.thawed || [...this.actions.values()].some(({ size }) => size > 0);
    return actionsWait ? (this.options.gatherMs ?? 400) : Math.max(0, this.daysDueMs - Date.now());
  }

  private async run(): Promise<void> {
    try {
      if (this.missed) await this.findMissed();
      if (this.thawed) await this.findThawed();
      // `audit` comes last: its row says that everything else about the action is written.
      await Promise.all(BESIDE_AUDIT.map((table) => this.refresh(table)));
      await this.refresh('audit');
      if (Date.now() >= this.daysDueMs) await this.refreshDays();
      this.failingSinceMs = null;
    } catch (fault) {
      this.failingSinceMs ??= Date.now();
      this.options.log.warn('derived tables are behind, trying again', { fault });
    }
  }

  private async findMissed(): Promise<void> {
    const [stale, days] = await Promise.all([this.options.derive.staleActions(), this.options.derive.staleDays()]);
    for (const ids of this.actions.values()) stale.forEach((id) => ids.add(id));
    await this.options.derive.refreshDays(days);
    this.missed = false;
    this.thawed = true;
    if (stale.length > 0) this.options.log.info('found events without derived rows', { actions: stale.length });
  }

  /** What has no audit row yet sees the lift when it gets one. */
  private async findThawed(): Promise<void> {
    this.thawed = false;
    try {
      for (const id of await this.options.derive.thawedActions()) this.actions.get('audit')?.add(id);
    } catch (fault) {
      this.thawed = true;
      throw fault;
    }
  }

  private async refresh(table: ActionTable): Promise<void> {
    const waiting = this.actions.get(table);
    const ids = [...(waiting ?? [])];
    if (!waiting || ids.length === 0) return;
    waiting.clear();
    try {
      await this.options.derive.refresh(table, ids);
    } catch (fault) {
      ids.forEach((id) => waiting.add(id));
      throw fault;
    }
    // Votes too: ones that come while a refresh runs may be written after the audit row that told of their day.
    if (table !== 'audit' && table !== 'votes') return;
    ids.forEach((id) => this.untoldDays.add(id));
    if (!Number.isFinite(this.daysDueMs)) this.daysDueMs = Date.now() + (this.options.gatherDaysMs ?? 2_000);
  }

  private async refreshDays(): Promise<void> {
    const ids = [...this.untoldDays];
    const days = await this.options.derive.daysOf(ids);
    await this.options.derive.refreshDays(days);
    ids.forEach((id) => this.untoldDays.delete(id));
    this.daysDueMs = this.untoldDays.size > 0 ? Date.now() + (this.options.gatherDaysMs ?? 2_000) : Infinity;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
