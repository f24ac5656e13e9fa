import { CountersignError } from '@countersign/canonical';
import { TOPICS } from '@countersign/events';
import type { MacKeys } from '@countersign/events';
import { EventFold } from '@countersign/kafka';
import type { KafkaConnection } from '@countersign/kafka';
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
  private readonly fold: EventFold;
  private versions: Versions | null = null;

  constructor(options: ActionTypesOptions) {
    const { connection, macKeys, log } = options;
    this.fold = new EventFold(connection, {
      ...{ topics: [TOPICS.policies], group: 'countersign.intake.policies', macKeys, log },
      newest: {
        PolicyPublished: (event, { timestampMs }) => this.learn(() => this.history.publish(event, timestampMs)),
        PolicyStateChanged: (event, { timestampMs }) => this.learn(() => this.history.change(event, timestampMs)),
      },
    });
  }

  /** Resolves when all that was published so far is read; a cluster that is not there yet is waited for. */
  open(): Promise<void> {
    return this.fold.start();
  }

  /** @throws CountersignError `overloaded` until `open` is through: a proposal must not slip by without its terms */
  termsOf(tenant: string, actionType: string): TypeTerms {
    if (!this.fold.opened)
      throw new CountersignError('overloaded', 'the action types are still being read', { retry_after: 1 });
    const { history } = this;
    this.versions ??= { active: history.activeAt(Infinity), shadows: history.shadowsAt(Infinity) };
    return termsOf(this.versions, tenant, actionType);
  }

  healthy(): boolean {
    return this.fold.healthy();
  }

  close(): Promise<void> {
    return this.fold.close();
  }

  private learn(apply: () => unknown): void {
    this.versions = null;
    apply();
  }
}
