import { apply, createState, HOUR_MS, LONGEST_HORIZON_MS } from '@countersign/approval';
import type { PublicEvent } from '@countersign/approval';
import { deadLetter, EventError, openRecord, TOPICS } from '@countersign/events';
import type { MacKeys } from '@countersign/events';
import { committedOffsets, createPublisher } from '@countersign/kafka';
import type { InRecord, KafkaConnection, OutRecord, Publisher, PublisherFold } from '@countersign/kafka';
import { logEventOf } from '../judge/log-event.js';
import type { PublishedUpTo } from '../judge/unpublished.js';
import { publicRecord } from './public-records.js';

/** A transaction costs the same for one record as for many. */
const EVERY_MS = 250;

export interface LogPublisherOptions {
  readonly connection: KafkaConnection;
  readonly macKeys: MacKeys;
}

const GROUP = 'countersign.approval.publisher';

/** How far the log is published, by partition, whichever instance does it. */
export const publishedUpTo =
  (connection: KafkaConnection): PublishedUpTo =>
  () =>
    committedOffsets(connection, GROUP, TOPICS.approvalLog);

/** Publishes `decisions`, `approvals` and `outcomes` as functions of the approval log, exactly once. */
export function createLogPublisher({ connection, macKeys }: LogPublisherOptions): Publisher {
  return createPublisher(connection, {
    service: 'approval',
    groupId: GROUP,
    inputTopic: TOPICS.approvalLog,
    everyMs: EVERY_MS,
    startTimestampMs: (nowMs) => nowMs - LONGEST_HORIZON_MS - HOUR_MS,
    makeFold: (partition) => new PublicFold(partition, macKeys),
  });
}

/** Why a record is a dead letter. */
interface Fault {
  readonly reason: string;
  readonly detail: string;
}

/** The same reducer as everywhere; here its facts become records. */
export class PublicFold implements PublisherFold {
  private readonly state;

  constructor(
    partition: number,
    private readonly macKeys: MacKeys,
    private readonly encode = publicRecord,
  ) {
    this.state = createState(partition);
  }

  apply(record: InRecord): OutRecord[] {
    const event = this.open(record);
    if ('reason' in event) return [this.letter(record, event)];
    const { events, rejected } = apply(this.state, { ...event, timestampMs: record.timestampMs });
    const made = events.map((fact, n) => this.publish(fact, record, n));
    const fault = rejected ?? made.find((one): one is Fault => 'reason' in one);
    const published = made.filter((one): one is OutRecord => !('reason' in one));
    return fault ? [...published, this.letter(record, fault)] : published;
  }

  /** A fact that does not fit its schema is a letter about its cause: the publisher goes on with what comes after it. */
  private publish(fact: PublicEvent, cause: InRecord, n: number): OutRecord | Fault {
    try {
      return this.encode(fact, cause, n, this.macKeys);
    } catch {
      // The fault's own words quote the value.
      return { reason: 'internal', detail: `${fact.name} does not fit its schema` };
    }
  }

  private letter(record: InRecord, { reason, detail }: Fault): OutRecord {
    return deadLetter(record, { service: 'approval', step: 'publish', reason, detail }, this.macKeys);
  }

  private open(record: InRecord) {
    try {
      const opened = openRecord(record, this.macKeys);
      return logEventOf(opened) ?? { reason: 'wrong_topic', detail: `${opened.name} does not belong here` };
    } catch (error) {
      if (error instanceof EventError) return { reason: error.reason, detail: error.message };
      throw error;
    }
  }
}
