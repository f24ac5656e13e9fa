import { randomUUID } from 'node:crypto';
import { CountersignError } from '@countersign/canonical';
import { readSql } from '@countersign/clickhouse';
import type { Engine } from '@countersign/clickhouse';
import { eventId, recordKey, toRecord, TOPICS } from '@countersign/events';
import type { DeadLetterReplayed, MacKeys } from '@countersign/events';
import type { Appender } from '@countersign/kafka';
import type { OptionallyKeyedCall } from '@countersign/service';
import { recordOf } from './letter-record.js';
import type { LetterRow } from './letter-record.js';

export interface ReplaysOptions {
  readonly engine: Engine;
  readonly appender: Pick<Appender, 'append'>;
  readonly macKeys: MacKeys;
}

interface ReplayRow {
  readonly event_id: string;
  /** JSON text of DeadLetterReplayed. */
  readonly payload: string;
}

/** How long an answer waits until the replay can be read, milliseconds. */
const SEEN_WITHIN_MS = 5_000;
const EVERY_MS = 100;
const letterSql = readSql('queries/dead_letter.sql');
const replaysSql = readSql('queries/dead_letter_replays.sql');

/** Sends dead letters again, and remembers who asked for it. */
export class Replays {
  constructor(private readonly options: ReplaysOptions) {}

  /** A letter of the tenant or of nobody. @throws CountersignError `not_found` */
  async letter(tenant: string, id: string): Promise<LetterRow> {
    const [row] = await this.options.engine.rows<LetterRow>(letterSql, { tenant, id });
    if (row) return row;
    throw new CountersignError('not_found', 'there is no such dead letter of your tenant');
  }

  /** Who sent the letter again, oldest first. */
  async of(tenant: string, id: string): Promise<readonly DeadLetterReplayed[]> {
    return (await this.rows(tenant, id)).map(({ payload }) => JSON.parse(payload) as DeadLetterReplayed);
  }

  /**
   * Appends the record of the letter as it was, to the partition it came from: its own signature says who wrote it, and the
   * owner of the topic judges it anew. The same key again sends nothing.
   * @throws CountersignError `not_found`, `invalid_request` with a reason, or as `append` does
   */
  async replay(id: string, { reviewer, key }: OptionallyKeyedCall): Promise<DeadLetterReplayed> {
    const { tenant, issuer, subject } = reviewer;
    const letter = await this.letter(tenant, id);
    if (letter.tenant !== tenant)
      throw new CountersignError('not_found', 'this dead letter is of no tenant, so that nobody can send it again');
    const event_id = eventId('DeadLetterReplayed', tenant, id, key ?? randomUUID());
    const known = (await this.rows(tenant, id)).find((row) => row.event_id === event_id);
    if (known) return JSON.parse(known.payload) as DeadLetterReplayed;
    const nowMs = Date.now();
    const { record, place } = recordOf(letter, nowMs);
    const event = { tenant, dead_letter_id: id, ...place, issuer, subject, replayed_at: nowMs };
    const fact = toRecord({
      ...{ topic: TOPICS.deadLetters, name: 'DeadLetterReplayed' as const, event, key: recordKey(tenant, id) },
      ...{ id: event_id, timeMs: nowMs, service: 'telemetry' as const, macKeys: this.options.macKeys },
    });
    await this.options.appender.append([record, fact]);
    await this.seen(tenant, id, event_id);
    return event;
  }

  private rows(tenant: string, id: string): Promise<ReplayRow[]> {
    return this.options.engine.rows<ReplayRow>(replaysSql, { tenant, id });
  }

  /** So that whoever asks next, perhaps with the same key, is told of it. */
  private async seen(tenant: string, id: string, eventId: string): Promise<void> {
    for (const until = Date.now() + SEEN_WITHIN_MS; Date.now() < until;) {
      if ((await this.rows(tenant, id)).some(({ event_id }) => event_id === eventId)) return;
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }
}
