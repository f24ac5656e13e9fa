import { EventError, isEvent, openRecord, TOO_OLD_MS, TOPICS } from '@countersign/events';
import type { ActionProposed, MacKeys } from '@countersign/events';
import { createFold } from '@countersign/kafka';
import type { Fold, InRecord, KafkaConnection } from '@countersign/kafka';
import { HOUR_MS } from '@countersign/approval';

const LINGER_MS = 500;

export interface HintsOptions {
  readonly connection: KafkaConnection;
  readonly macKeys: MacKeys;
  /** True once the action is decided, as far as this instance has folded. */
  readonly isDecided: (actionId: string) => boolean;
  /** Called when an action is seen that is not decided. */
  readonly onProposed: (actionId: string) => void;
}

interface Hint {
  readonly action: ActionProposed;
  readonly proposedAtMs: number;
}

/** Actions that are proposed and not decided yet, read from `actions`. A hint for answers, never part of the judgement. */
export class Hints {
  private readonly hints = new Map<string, Hint>();
  private readonly fold: Fold;

  constructor(private readonly options: HintsOptions) {
    this.fold = createFold(options.connection, {
      topics: [TOPICS.actions],
      groupPrefix: 'countersign.approval.hints',
      // Nobody waits for a hint: a decision wakes those who wait.
      lingerMs: LINGER_MS,
      // What was proposed longer ago is never decided any more.
      startTimestampMs: (nowMs) => nowMs - TOO_OLD_MS - HOUR_MS,
      onRecord: (record) => this.take(record),
    });
  }

  start(): Promise<void> {
    return this.fold.start();
  }

  healthy(): boolean {
    return this.fold.healthy();
  }

  close(): Promise<void> {
    return this.fold.close();
  }

  find(tenant: string, actionId: string): ActionProposed | null {
    const action = this.hints.get(actionId)?.action;
    return action?.tenant === tenant ? action : null;
  }

  all(): ActionProposed[] {
    return [...this.hints.values()].map(({ action }) => action);
  }

  get size(): number {
    return this.hints.size;
  }

  /** Drops hints about actions that are decided now. */
  forget(actionIds: Iterable<string>): void {
    for (const actionId of actionIds) this.hints.delete(actionId);
  }

  /** Drops what is decided by now or can never be. */
  sweep(nowMs: number): void {
    for (const [actionId, { proposedAtMs }] of this.hints) {
      if (proposedAtMs + TOO_OLD_MS < nowMs || this.options.isDecided(actionId)) this.hints.delete(actionId);
    }
  }

  private take(record: InRecord): void {
    const action = this.open(record);
    if (action === null || this.hints.has(action.action_id) || this.options.isDecided(action.action_id)) return;
    this.hints.set(action.action_id, { action, proposedAtMs: record.timestampMs });
    this.options.onProposed(action.action_id);
  }

  private open(record: InRecord): ActionProposed | null {
    try {
      const opened = openRecord(record, this.options.macKeys);
      return isEvent(opened, 'ActionProposed') ? opened.event : null;
    } catch (error) {
      if (error instanceof EventError) return null;
      throw error;
    }
  }
}
