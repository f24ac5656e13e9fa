import { digestOf } from '@countersign/canonical';
import { eventId, toRecord, TOPICS } from '@countersign/events';
import type { RosterChanged, WireRecord } from '@countersign/events';
import { RosterReader } from '@countersign/kafka';
import type { Appender, RosterReaderOptions } from '@countersign/kafka';

export interface RosterLogOptions extends Omit<RosterReaderOptions, 'service'> {
  readonly appender: Pick<Appender, 'append'>;
}

/** A change before it is hashed. */
export type NewEntry = Omit<RosterChanged, 'content_hash'>;

/** The `roster` topic: who there is, and changes of it. */
export class RosterLog extends RosterReader {
  constructor(private readonly own: RosterLogOptions) {
    super({ ...own, service: 'approval' });
  }

  /**
   * Appends changes and resolves when this instance knows them.
   * @throws CountersignError `overloaded` or `unknown_outcome`; the same change again is safe
   */
  async change(entries: readonly NewEntry[]): Promise<void> {
    const { appender } = this.own;
    await this.fold.write((timeMs) => entries.map((entry) => this.record(entry, timeMs)), { appender });
  }

  private record(entry: NewEntry, timeMs: number): WireRecord {
    const event = { ...entry, issuer: this.issuerOf(entry.issuer), content_hash: hashOf(entry) };
    const { tenant, subject, issuer, content_hash, source } = event;
    const place = { topic: TOPICS.roster, service: 'approval' as const, macKeys: this.own.macKeys };
    const key = [tenant, subject, ...(issuer === null ? [] : [issuer])].join('|');
    const id = eventId('RosterChanged', key, content_hash, source, timeMs);
    return toRecord({ ...place, name: 'RosterChanged', event, key, id, timeMs });
  }
}

/** `content_hash` of an entry. */
export const hashOf = ({ person }: Pick<RosterChanged, 'person'>): string =>
  digestOf(person === null ? null : { ...person, absences: person.absences.map((one) => ({ ...one })) });
