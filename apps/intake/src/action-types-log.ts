import { CountersignError } from '@countersign/canonical';
import { EventError, isEvent, openRecord, TOPICS } from '@countersign/events';
import type { MacKeys, Opened } from '@countersign/events';
import { createFold } from '@countersign/kafka';
import type { Fold, InRecord, KafkaConnection } from '@countersign/kafka';
import { PolicyHistory, termsOf } from '@countersign/policy';
import type { PolicyVersion, TypeTerms } from '@countersign/policy';
import type { Logger } from '@countersign/service';

export interface ActionTypesOptions {
  readonly connection: KafkaConnection;
  readonly macKeys: MacKeys;
  readonly log: Logger;
}

interface Versions {
  readonly active: readonly PolicyVersion[];
  readonly shadows: readonly PolicyVersion[];
}

/** What policies declare about action types: the `policies` topic, read from the beginning. */
export class ActionTypesLog {
  private readonly history = new PolicyHistory();
  private readonly fold: Fold;
  private versions: Versions | null = null;
  private opened = false;

  constructor(private readonly options: ActionTypesOptions) {
    this.fold = createFold(options.connection, {
      topics: [TOPICS.policies],
      groupPrefix: 'countersign.intake.policies',
      startTimestampMs: () => 'earliest',
      onRecord: (record) => this.take(record),
    });
  }

  /** Resolves when all that was published so far is read; a cluster that is not there yet is waited for. */
  async open(): Promise<void> {
    await this.fold.start();
    this.opened = true;
  }

  /** @throws CountersignError `overloaded` until `open` is through: a proposal must not slip by without its terms */
  termsOf(tenant: string, actionType: string): TypeTerms {
    if (!this.opened)
      throw new CountersignError('overloaded', 'the action types are still being read', { retry_after: 1 });
    const { history } = this;
    this.versions ??= { active: history.activeAt(Infinity), shadows: history.shadowsAt(Infinity) };
    return termsOf(this.versions, tenant, actionType);
  }

  healthy(): boolean {
    return this.opened && this.fold.healthy();
  }

  close(): Promise<void> {
    return this.fold.close();
  }

  private take(record: InRecord): void {
    try {
      this.learn(openRecord(record, this.options.macKeys), record.timestampMs);
    } catch (error) {
      if (!(error instanceof EventError)) throw error;
      this.options.log.warn('policy record ignored', { offset: record.offset, reason: error.reason });
    }
  }

  private learn(opened: Opened, timeMs: number): void {
    this.versions = null;
    if (isEvent(opened, 'PolicyPublished')) this.history.publish(opened.event, timeMs);
    if (isEvent(opened, 'PolicyStateChanged')) this.history.change(opened.event, timeMs);
  }
}
