import { randomUUID } from 'node:crypto';
import { apply, createState, HOUR_MS, LONGEST_HORIZON_MS } from '@countersign/approval';
import type { Answer, LogName, PartitionState } from '@countersign/approval';
import { CountersignError } from '@countersign/canonical';
import { EventError, openRecord, partitionKey, recordKey, toRecord, topicConfigs, TOPICS } from '@countersign/events';
import type { EventMap, MacKeys } from '@countersign/events';
import { createFold } from '@countersign/kafka';
import type { Appender, Fold, InRecord, KafkaConnection } from '@countersign/kafka';
import { logEventOf } from './log-event.js';
import { Unpublished } from './unpublished.js';
import type { PublishedUpTo } from './unpublished.js';
import { ANSWER_WITHIN_MS, Waiters } from './waiters.js';
import { Watchers } from './watchers.js';

export interface JudgeOptions {
  readonly connection: KafkaConnection;
  readonly appender: Appender;
  readonly macKeys: MacKeys;
  readonly publishedUpTo: PublishedUpTo;
}

/** What this service may append; decisions are policy's. */
export type OwnName = Exclude<LogName, 'ActionDecided'>;

const PARTITIONS = topicConfigs.find(({ topic }) => topic === TOPICS.approvalLog)?.partitions ?? 0;

/**
 * The log is the judge. Every instance reads all of `approval-log` and folds the same reducer in offset order; a caller
 * is answered only after this instance has folded the caller's own record.
 */
export class Judge {
  readonly partitions: readonly PartitionState[];
  readonly watchers = new Watchers();
  readonly unpublished: Unpublished;
  /** Records that no instance may believe: undecodable, or without the right writer's MAC. */
  skipped = 0;
  /** How long the first reading of the log took, milliseconds; null before its end. */
  caught_up_ms: number | null = null;
  /** Told which actions a record changed. */
  onTouched: (actionIds: ReadonlySet<string>) => void = () => undefined;
  private readonly waiters = new Waiters();
  private readonly fold: Fold;
  private started = false;

  constructor(private readonly options: JudgeOptions) {
    this.partitions = Array.from({ length: PARTITIONS }, (_, number) => createState(number, { publishes: false }));
    this.unpublished = new Unpublished(options.publishedUpTo);
    this.fold = createFold(options.connection, {
      topics: [TOPICS.approvalLog],
      groupPrefix: 'countersign.approval.judge',
      // An hour more than a decision may have anything remembered: copies and renewals within it are known before they matter.
      startTimestampMs: (nowMs) => nowMs - LONGEST_HORIZON_MS - HOUR_MS,
      onRecord: (record) => this.take(record),
    });
  }

  /** Resolves when everything that was in the log at the time of the call is folded. */
  async start(): Promise<void> {
    const startedMs = Date.now();
    await this.fold.start();
    this.caught_up_ms = Date.now() - startedMs;
    this.started = true;
  }

  /** False until the log was read once, and whenever this instance may be behind for long. */
  ready(): boolean {
    return this.started && this.fold.healthy();
  }

  /**
   * Folds everything that is in the log at the time of the call.
   * @throws CountersignError `overloaded` when the log cannot be read now
   */
  async catchUp(): Promise<void> {
    await this.fold.catchUp().catch((cause: unknown) => {
      throw new CountersignError('overloaded', 'the log cannot be read now; try again', { retry_after: 1 }, { cause });
    });
  }

  lag(): number {
    return this.fold.lag();
  }

  position(partition: number): number | null {
    return this.fold.position(TOPICS.approvalLog, partition);
  }

  get waiting(): number {
    return this.waiters.size;
  }

  /**
   * Appends a record about one action and answers what the fold made of it.
   * @throws CountersignError `overloaded` when nothing was written, `unknown_outcome` when that is not known
   */
  ask<N extends Exclude<OwnName, 'FreezeRequested' | 'Ticked'>>(name: N, event: EventMap[N]): Promise<Answer> {
    return this.append(name, event, { key: recordKey(event.tenant, event.action_id) });
  }

  /** Appends a record that is about a partition itself. @throws as `ask` */
  tell<N extends 'FreezeRequested' | 'Ticked'>(name: N, event: EventMap[N], partition: number): Promise<Answer> {
    return this.append(name, event, { key: partitionKey(event.tenant, name, partition), partition });
  }

  async close(): Promise<void> {
    this.started = false;
    this.unpublished.close();
    await this.fold.close();
  }

  private async append<N extends OwnName>(
    name: N,
    event: EventMap[N],
    at: { key: string; partition?: number },
  ): Promise<Answer> {
    const { macKeys, appender } = this.options;
    const id = randomUUID();
    const service = 'approval';
    const record = toRecord({
      topic: TOPICS.approvalLog,
      name,
      event,
      key: at.key,
      id,
      timeMs: Date.now(),
      service,
      macKeys,
    });
    const answer = this.waiters.register(id);
    const appended = appender.append([{ ...record, ...at }], { deadlineMs: ANSWER_WITHIN_MS });
    try {
      return await Promise.race([answer, appended.then(() => answer)]);
    } finally {
      answer.catch(() => undefined);
      appended.catch(() => undefined);
      this.waiters.forget(id);
    }
  }

  private take(record: InRecord): void {
    const state = this.partitions[record.partition];
    const event = this.open(record);
    if (state === undefined || event === null) return;
    const { answer, touched } = apply(state, { ...event, timestampMs: record.timestampMs });
    const id = record.headers['ce_id'];
    if (id !== undefined) this.waiters.settle(id.toString(), answer);
    if (this.started) this.noteDenials(state, touched, record);
    this.onTouched(touched);
    this.watchers.wake(touched);
  }

  /** What was denied before this instance started is published, or as good as. */
  private noteDenials({ log_time, actions }: PartitionState, touched: ReadonlySet<string>, record: InRecord): void {
    for (const actionId of touched) {
      const { status, resolved_by, resolved_at } = actions.get(actionId)?.resolution ?? {};
      if (status === 'denied' && resolved_by === 'people' && resolved_at === log_time)
        this.unpublished.add(actionId, record);
    }
  }

  /** The publisher makes a dead letter of what is no event of the log; here it is skipped and counted. */
  private open(record: InRecord) {
    try {
      const event = logEventOf(openRecord(record, this.options.macKeys));
      if (event !== null) return event;
    } catch (error) {
      if (!(error instanceof EventError)) throw error;
    }
    this.skipped += 1;
    return null;
  }
}
