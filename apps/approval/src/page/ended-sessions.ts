import { CountersignError, sha256 } from '@countersign/canonical';
import { EventError, eventId, isEvent, openRecord, recordKey, toRecord, TOPICS } from '@countersign/events';
import type { MacKeys, SessionEnded } from '@countersign/events';
import { createFold } from '@countersign/kafka';
import type { Appender, Fold, InRecord, KafkaConnection } from '@countersign/kafka';

export interface EndedSessionsOptions {
  readonly connection: KafkaConnection;
  readonly appender: Appender;
  readonly macKeys: MacKeys;
}

/** A session as far as its end is concerned. */
export interface EndableSession {
  /** Random, known to the browser only. */
  readonly id: string;
  readonly tenant: string;
  readonly subject: string;
  /** UTC epoch milliseconds. */
  readonly expires_at: number;
}

/** The topic forgets after a day, a session long before. */
const LOOK_BACK_MS = 24 * 3_600_000;

/** Sessions that people ended. Every instance reads all of them, so that a copied cookie is refused everywhere. */
export class EndedSessions {
  private readonly ended = new Map<string, number>();
  private readonly fold: Fold;

  constructor(private readonly options: EndedSessionsOptions) {
    this.fold = createFold(options.connection, {
      topics: [TOPICS.sessions],
      groupPrefix: 'countersign.approval.sessions',
      startTimestampMs: (nowMs) => nowMs - LOOK_BACK_MS,
      onRecord: (record) => this.take(record),
    });
  }

  start(): Promise<void> {
    return this.fold.start();
  }

  healthy(): boolean {
    return this.fold.healthy();
  }

  /** @throws CountersignError `overloaded` when this instance may not know all ends: then nobody has a session here */
  async has(sessionId: string): Promise<boolean> {
    if (!this.fold.healthy()) await this.catchUp();
    return this.ended.has(sha256(sessionId));
  }

  /** Learns every end that was acknowledged before the call, by whichever instance. @throws as `has` */
  async catchUp(): Promise<void> {
    await this.fold.catchUp().catch((cause: unknown) => Promise.reject(behind(cause)));
  }

  /** Resolves when the end is in the log and known here. @throws CountersignError `overloaded`, `unknown_outcome` */
  async end({ id, tenant, subject, expires_at }: EndableSession): Promise<void> {
    const timeMs = Date.now();
    const session_digest = sha256(id);
    const event: SessionEnded = { tenant, session_digest, subject, ended_at: timeMs, expires_at };
    const place = { topic: TOPICS.sessions, key: recordKey(tenant, session_digest) };
    const { macKeys, appender } = this.options;
    const name = 'SessionEnded';
    const record = toRecord({
      ...{ ...place, name, event, id: eventId(name, session_digest), timeMs, service: 'approval', macKeys },
    });
    await appender.append([record]);
    await this.catchUp();
  }

  close(): Promise<void> {
    return this.fold.close();
  }

  /** What has expired anyway need not be remembered. */
  private learn({ session_digest, expires_at }: SessionEnded, nowMs: number): void {
    for (const [digest, expiry] of this.ended) if (expiry < nowMs) this.ended.delete(digest);
    this.ended.set(session_digest, expires_at);
  }

  /** A record that is not ours is telemetry's dead letter; here it only must not end anything. */
  private take(record: InRecord): void {
    try {
      const opened = openRecord(record, this.options.macKeys);
      if (isEvent(opened, 'SessionEnded')) this.learn(opened.event, Date.now());
    } catch (error) {
      if (!(error instanceof EventError)) throw error;
    }
  }
}

const behind = (cause: unknown): CountersignError =>
  new CountersignError('overloaded', 'sessions cannot be checked now; try again', { retry_after: 2 }, { cause });
