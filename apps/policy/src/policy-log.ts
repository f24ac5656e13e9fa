import { setTimeout } from 'node:timers/promises';
import { CountersignError } from '@countersign/canonical';
import { EventError, eventId, openRecord, recordKey, toRecord, TOPICS } from '@countersign/events';
import type { MacKeys, PolicyPublished } from '@countersign/events';
import { createFold } from '@countersign/kafka';
import type { Appended, Appender, Fold, InRecord, KafkaConnection } from '@countersign/kafka';
import type { Logger } from '@countersign/service';
import type { PolicyFile } from './policy-files.js';
import { PolicyHistory } from './policy-history.js';

export interface PolicyLogOptions {
  readonly connection: KafkaConnection;
  readonly appender: Appender;
  readonly macKeys: MacKeys;
  readonly log: Logger;
}

const RETRY_MS = 1_000;

interface Waiter {
  readonly holds: () => boolean;
  readonly resolve: () => void;
}

/** Where the versions are read from. */
export type PolicySource = Pick<PolicyLog, 'current'>;

/** The `policies` topic: reads all of it, from the beginning, and publishes what is new. */
export class PolicyLog {
  private readonly history = new PolicyHistory();
  private readonly fold: Fold;
  private waiters: Waiter[] = [];
  private opened = false;

  constructor(private readonly options: PolicyLogOptions) {
    this.fold = createFold(options.connection, {
      topics: [TOPICS.policies],
      groupPrefix: 'countersign.policy.policies',
      startTimestampMs: () => 'earliest',
      onRecord: (record) => this.take(record),
      onSliceEnd: () => this.wake(),
    });
  }

  /**
   * Reads every version published so far, then makes each file the active version of its policy. Resolves when this
   * instance has read that back; a cluster that is not there yet is waited for.
   */
  async open(files: readonly PolicyFile[], author: string): Promise<void> {
    await this.fold.start();
    for (;;) {
      try {
        await this.publish(files, author, Date.now());
        break;
      } catch (error) {
        this.options.log.warn('policies not published yet', { cause: String(error) });
        await setTimeout(RETRY_MS);
      }
    }
    this.opened = true;
  }

  /** @throws CountersignError `overloaded` until `open` is through: half a history would decide by the wrong policy */
  current(): PolicyHistory {
    if (this.opened) return this.history;
    throw new CountersignError('overloaded', 'the policies are still being read', { retry_after: 1 });
  }

  healthy(): boolean {
    return this.opened && this.fold.healthy();
  }

  close(): Promise<void> {
    return this.fold.close();
  }

  /** A file that is active already is not published again. */
  private async publish(files: readonly PolicyFile[], author: string, nowMs: number): Promise<void> {
    const changed = files.filter((file) => !this.isActive(file));
    if (changed.length === 0) return;
    const appended = await this.options.appender.append(changed.map((file) => this.recordOf(file, author, nowMs)));
    await this.until(() => appended.every((place) => this.hasRead(place)));
  }

  private hasRead({ topic, partition, offset }: Appended): boolean {
    return offset === null || (this.fold.position(topic, partition) ?? 0) > offset;
  }

  private isActive({ policy, content_hash }: PolicyFile): boolean {
    return this.history.latestHash(policy.tenant, policy.name) === content_hash;
  }

  private recordOf(
    { policy, content, content_hash }: PolicyFile,
    author: string,
    nowMs: number,
  ): ReturnType<typeof toRecord> {
    const { tenant, name } = policy;
    const event: PolicyPublished = {
      tenant,
      name,
      content_hash,
      content,
      author,
      note: null,
      published_at: nowMs,
      parent: null,
      cases: null,
    };
    return toRecord({
      ...{ topic: TOPICS.policies, name: 'PolicyPublished' as const, event, key: recordKey(tenant, name) },
      ...{ id: eventId('PolicyPublished', tenant, name, content_hash, nowMs), timeMs: nowMs },
      ...{ service: 'policy' as const, macKeys: this.options.macKeys },
    });
  }

  /** A record that is not policy's own is telemetry's dead letter; here it only must not speak. */
  private take(record: InRecord): void {
    const { log, macKeys } = this.options;
    try {
      const { name, event } = openRecord(record, macKeys);
      if (name === 'PolicyPublished') this.learn(event as PolicyPublished, record.timestampMs);
    } catch (error) {
      if (!(error instanceof EventError)) throw error;
      log.warn('policy record ignored', { offset: record.offset, reason: error.reason });
    }
  }

  private learn(published: PolicyPublished, timeMs: number): void {
    const { version, policy } = this.history.apply(published, timeMs);
    const { tenant, name, content_hash, author } = published;
    this.options.log.info('policy version active', { tenant, policy: name, version, content_hash, author });
    if (policy === null)
      this.options.log.error('policy version cannot be read and does not speak', { tenant, policy: name, version });
  }

  private until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve) => this.waiters.push({ holds, resolve }));
  }

  private wake(): void {
    const due = this.waiters.filter(({ holds }) => holds());
    this.waiters = this.waiters.filter((waiter) => !due.includes(waiter));
    for (const { resolve } of due) resolve();
  }
}
