import { CountersignError } from '@countersign/canonical';
import { EventError, openRecord, statedEvent } from '@countersign/events';
import type { EventMap, EventName, MacKeys, Opened, WireRecord } from '@countersign/events';
import { createFold } from './fold.js';
import { NewestOnly } from './newest-only.js';
import { within } from './pace.js';
import type { Appended, Appender, Fold, InRecord, KafkaConnection, KafkaLog, StartTimestamp } from './port.js';

/** What is done with an event. `record` says where it lies and when it was appended. */
export type OnEvent = { readonly [N in EventName]?: (event: EventMap[N], record: InRecord) => void };

export interface EventFoldOptions {
  readonly topics: readonly string[];
  /** Every instance gets a consumer group of its own: this prefix and a random part. */
  readonly group: string;
  /** Default: from the beginning. */
  readonly from?: StartTimestamp;
  readonly macKeys: MacKeys;
  readonly log: Pick<KafkaLog, 'warn' | 'error'>;
  /** Events that say how something is from now on: one that was read before, or is older than its key's last, is refused. */
  readonly newest?: OnEvent;
  /** Events that say what happened, in any order. Copies are possible: what they do a second time must change nothing. */
  readonly facts?: OnEvent;
  /** How long a record may wait for company before it is read, milliseconds. Default 0. */
  readonly lingerMs?: number;
  readonly onSliceEnd?: () => void;
}

export interface WriteOptions {
  readonly appender: Pick<Appender, 'append'>;
  /** How long to try, milliseconds. Default 5 000. */
  readonly deadlineMs?: number;
}

const ANSWER_WITHIN_MS = 5_000;
const ATTEMPTS = 3;

/**
 * The one reader of small topics: every instance reads all of them, believes what the right service wrote, and skips the
 * rest. A record that cannot be believed or handled is logged here and costs its topic's owner a dead letter; it never
 * stops a start.
 */
export class EventFold {
  private readonly fold: Fold;
  private readonly newest = new NewestOnly();
  /** Own records that are on their way, by `ce_id`: true once one was refused as old. */
  private readonly own = new Map<string, boolean>();
  private reading: Promise<void> | null = null;
  private next: Promise<void> | null = null;
  private isOpened = false;

  constructor(
    connection: KafkaConnection,
    private readonly options: EventFoldOptions,
  ) {
    const { topics, group, from = () => 'earliest' as const, lingerMs = 0, onSliceEnd } = options;
    this.fold = createFold(connection, {
      ...{ topics: [...topics], groupPrefix: group, startTimestampMs: from, lingerMs },
      onRecord: (record) => this.take(record),
      ...(onSliceEnd ? { onSliceEnd } : {}),
    });
  }

  /** Resolves when everything that was in the topics at the time of the call is read; a cluster is waited for. */
  async start(): Promise<void> {
    await this.fold.start();
    this.isOpened = true;
  }

  /** True once everything was read that was there at the start. */
  get opened(): boolean {
    return this.isOpened;
  }

  healthy(): boolean {
    return this.isOpened && this.fold.healthy();
  }

  close(): Promise<void> {
    return this.fold.close();
  }

  /**
   * Resolves when everything that anybody was answered before the call is known here. Callers who come while the log is
   * asked share the next question.
   * @throws CountersignError `overloaded` when the log cannot be read now
   */
  settled(): Promise<void> {
    if (this.reading === null) return this.read();
    this.next ??= this.reading.catch(() => undefined).then(() => this.read());
    return this.next;
  }

  /**
   * Appends records and resolves when this instance has read them back.
   * @param make the records, given the time that they carry: now, and later than everything that was read of their topic
   * @throws CountersignError `overloaded` or `unknown_outcome`; the same again is safe
   */
  async write(make: (timeMs: number) => readonly WireRecord[], options: WriteOptions): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const records = make(Math.max(Date.now(), this.newest.latestMs + 1));
      if (records.length === 0 || (await this.tryWrite(records, options))) return;
    }
    throw new CountersignError('unknown_outcome', 'others write the same at the moment; send the same request again');
  }

  /** @returns whether nothing newer of the same keys came in between */
  private async tryWrite(records: readonly WireRecord[], { appender, deadlineMs }: WriteOptions): Promise<boolean> {
    const ids = records.map(({ headers }) => headers['ce_id'] ?? '');
    for (const id of ids) this.own.set(id, false);
    try {
      const appended = await appender.append([...records], { deadlineMs: deadlineMs ?? ANSWER_WITHIN_MS });
      await this.readBack(appended).catch((cause: unknown) => {
        const detail = 'the log was not read back; send the same request again';
        throw new CountersignError('unknown_outcome', detail, {}, { cause });
      });
      return !ids.some((id) => this.own.get(id));
    } finally {
      for (const id of ids) this.own.delete(id);
    }
  }

  /** Where the broker only confirmed a copy, it is not said where that lies. */
  private async readBack(appended: readonly Appended[]): Promise<void> {
    const own = appended.map(({ topic, partition, offset }) =>
      offset === null ? this.settled() : this.fold.passed(topic, partition, offset),
    );
    await within(ANSWER_WITHIN_MS, 'reading back', Promise.all(own));
  }

  private read(): Promise<void> {
    this.next = null;
    const reading = within(ANSWER_WITHIN_MS, 'reading the log', this.fold.catchUp(ANSWER_WITHIN_MS)).catch(
      (cause: unknown) => {
        throw new CountersignError(
          'overloaded',
          'the log cannot be read now; try again',
          { retry_after: 1 },
          { cause },
        );
      },
    );
    const done = (): void => {
      if (this.reading === reading) this.reading = null;
    };
    this.reading = reading;
    reading.then(done, done);
    return reading;
  }

  private take(record: InRecord): void {
    const { topic, partition, offset } = record;
    if (this.isOfOthers(record)) return;
    try {
      this.apply(openRecord(record, this.options.macKeys), record);
    } catch (error) {
      const place = { topic, partition, offset };
      if (error instanceof EventError) this.options.log.warn('record ignored', { ...place, reason: error.reason });
      else this.options.log.error('record cannot be handled', { ...place, cause: String(error) });
    }
  }

  /** Topics hold more than one reader asks for: what says of itself that it is another event is not opened. */
  private isOfOthers({ headers }: InRecord): boolean {
    const name = statedEvent(headers['ce_type']?.toString() ?? '');
    const { newest = {}, facts = {} } = this.options;
    return name !== null && !(name in newest) && !(name in facts);
  }

  private apply(opened: Opened, record: InRecord): void {
    const { newest = {}, facts = {} } = this.options;
    const { name, event } = opened;
    if (name in newest && !this.isNew(opened, record)) return;
    const handle = (newest[name] ?? facts[name]) as
      ((event: EventMap[EventName], record: InRecord) => void) | undefined;
    handle?.(event, record);
  }

  private isNew({ name, id, writtenMs }: Opened, record: InRecord): boolean {
    const { topic, partition, offset, key } = record;
    const verdict = this.newest.judge({ subject: `${topic} ${name} ${key?.toString() ?? ''}`, id, writtenMs });
    if (verdict === 'older' && this.own.has(id)) this.own.set(id, true);
    if (verdict === 'newest') return true;
    this.options.log.warn('record ignored', { topic, partition, offset, reason: verdict });
    return false;
  }
}
