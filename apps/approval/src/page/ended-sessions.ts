import { sha256 } from '@countersign/canonical';
import { eventId, recordKey, toRecord, TOPICS } from '@countersign/events';
import type { MacKeys, SessionEnded } from '@countersign/events';
import { EventFold } from '@countersign/kafka';
import type { Appender, EventFoldOptions, KafkaConnection } from '@countersign/kafka';

export interface EndedSessionsOptions {
  readonly connection: KafkaConnection;
  readonly appender: Appender;
  readonly macKeys: MacKeys;
  readonly log: EventFoldOptions['log'];
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
  private readonly fold: EventFold;

  constructor(private readonly options: EndedSessionsOptions) {
    const { connection, macKeys, log } = options;
    this.fold = new EventFold(connection, {
      ...{ topics: [TOPICS.sessions], group: 'countersign.approval.sessions', macKeys, log },
      from: (nowMs) => nowMs - LOOK_BACK_MS,
      facts: { SessionEnded: (event) => this.learn(event, Date.now()) },
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
  catchUp(): Promise<void> {
    return this.fold.settled();
  }

  /** Resolves when the end is in the log and known here. @throws CountersignError `overloaded`, `unknown_outcome` */
  async end({ id, tenant, subject, expires_at }: EndableSession): Promise<void> {
    const session_digest = sha256(id);
    const event: SessionEnded = { tenant, session_digest, subject, ended_at: Date.now(), expires_at };
    const place = { topic: TOPICS.sessions, key: recordKey(tenant, session_digest) };
    const { macKeys, appender } = this.options;
    const name = 'SessionEnded' as const;
    const about = { ...place, name, event, id: eventId(name, session_digest), service: 'approval', macKeys } as const;
    await this.fold.write((timeMs) => [toRecord({ ...about, timeMs })], { appender });
  }

  close(): Promise<void> {
    return this.fold.close();
  }

  /** What has expired anyway need not be remembered. */
  private learn({ session_digest, expires_at }: SessionEnded, nowMs: number): void {
    for (const [digest, expiry] of this.ended) if (expiry < nowMs) this.ended.delete(digest);
    this.ended.set(session_digest, expires_at);
  }
}
