import { TOO_OLD_MS, TOPICS } from '@countersign/events';
import type { ActionProposed, MacKeys } from '@countersign/events';
import { EventFold } from '@countersign/kafka';
import type { EventFoldOptions, KafkaConnection } from '@countersign/kafka';
import { HOUR_MS } from '@countersign/approval';

const LINGER_MS = 500;

export interface HintsOptions {
  readonly connection: KafkaConnection;
  readonly macKeys: MacKeys;
  readonly log: EventFoldOptions['log'];
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
  private readonly fold: EventFold;

  constructor(private readonly options: HintsOptions) {
    const { connection, macKeys, log } = options;
    this.fold = new EventFold(connection, {
      ...{ topics: [TOPICS.actions], group: 'countersign.approval.hints', macKeys, log },
      // Nobody waits for a hint: a decision wakes those who wait.
      lingerMs: LINGER_MS,
      // What was proposed longer ago is never decided any more.
      from: (nowMs) => nowMs - TOO_OLD_MS - HOUR_MS,
      facts: { ActionProposed: (action, { timestampMs }) => this.take(action, timestampMs) },
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

  private take(action: ActionProposed, proposedAtMs: number): void {
    const { action_id } = action;
    if (this.hints.has(action_id) || this.options.isDecided(action_id)) return;
    this.hints.set(action_id, { action, proposedAtMs });
    this.options.onProposed(action_id);
  }
}
