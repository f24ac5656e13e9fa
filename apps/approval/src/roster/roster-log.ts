import { applyRoster } from '@countersign/approval';
import type { Roster } from '@countersign/approval';
import { CountersignError, digestOf } from '@countersign/canonical';
import { EventError, eventId, isEvent, openRecord, recordKey, toRecord, TOPICS } from '@countersign/events';
import type { MacKeys, RosterChanged } from '@countersign/events';
import { createFold } from '@countersign/kafka';
import type { Appender, Fold, InRecord, KafkaConnection } from '@countersign/kafka';
import type { Logger } from '@countersign/service';

export interface RosterLogOptions {
  readonly connection: KafkaConnection;
  readonly appender: Appender;
  readonly macKeys: MacKeys;
  readonly log: Logger;
  /** How long a change may wait for company before it is read, milliseconds. Default 0. */
  readonly lingerMs?: number;
}

/** A change before it is hashed. */
export type NewEntry = Omit<RosterChanged, 'content_hash'>;

const APPEND_DEADLINE_MS = 5_000;

/** The `roster` topic: who there is, read from the beginning by every instance. */
export class RosterLog {
  readonly roster: Roster = new Map();
  private readonly fold: Fold;
  private reading: Promise<void> | null = null;
  private next: Promise<void> | null = null;
  private opened = false;

  constructor(private readonly options: RosterLogOptions) {
    this.fold = createFold(options.connection, {
      topics: [TOPICS.roster],
      groupPrefix: 'countersign.approval.roster',
      startTimestampMs: () => 'earliest',
      lingerMs: options.lingerMs ?? 0,
      onRecord: (record) => this.take(record),
    });
  }

  /** Resolves when everybody who was on the roster at the time of the call is known. */
  async start(): Promise<void> {
    await this.fold.start();
    this.opened = true;
  }

  healthy(): boolean {
    return this.opened && this.fold.healthy();
  }

  /**
   * Resolves when every change that anybody was answered before the call is known here. Callers who come while the log is
   * asked share the next question.
   * @throws CountersignError `overloaded` when the log cannot be read now
   */
  settled(): Promise<void> {
    if (this.reading === null) return this.read();
    this.next ??= this.reading.catch(() => undefined).then(() => this.read());
    return this.next;
  }

  /**
   * Appends changes and resolves when this instance knows them.
   * @throws CountersignError `overloaded` or `unknown_outcome`; the same change again is safe
   */
  async change(entries: readonly NewEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const nowMs = Date.now();
    const records = entries.map((entry) => this.record({ ...entry, content_hash: hashOf(entry) }, nowMs));
    await this.options.appender.append(records, { deadlineMs: APPEND_DEADLINE_MS });
    await this.settled();
  }

  close(): Promise<void> {
    return this.fold.close();
  }

  private record(event: RosterChanged, timeMs: number) {
    const { tenant, subject, content_hash, source } = event;
    const place = { topic: TOPICS.roster, service: 'approval' as const, macKeys: this.options.macKeys };
    const id = eventId('RosterChanged', tenant, subject, content_hash, source, timeMs);
    return toRecord({ ...place, name: 'RosterChanged', event, key: recordKey(tenant, subject), id, timeMs });
  }

  private read(): Promise<void> {
    this.next = null;
    const reading = this.fold.catchUp().catch((cause: unknown) => {
      throw new CountersignError('overloaded', 'the roster cannot be read now', { retry_after: 1 }, { cause });
    });
    const done = (): void => {
      if (this.reading === reading) this.reading = null;
    };
    this.reading = reading;
    reading.then(done, done);
    return reading;
  }

  /** A record that is none of ours is telemetry's dead letter; here it only must not speak. */
  private take(record: InRecord): void {
    try {
      const opened = openRecord(record, this.options.macKeys);
      if (isEvent(opened, 'RosterChanged')) applyRoster(this.roster, opened.event, record.timestampMs);
    } catch (error) {
      if (!(error instanceof EventError)) throw error;
      this.options.log.warn('roster record ignored', { offset: record.offset, reason: error.reason });
    }
  }
}

/** `content_hash` of an entry. */
export const hashOf = ({ person }: Pick<RosterChanged, 'person'>): string =>
  digestOf(person === null ? null : { ...person, absences: person.absences.map((one) => ({ ...one })) });
