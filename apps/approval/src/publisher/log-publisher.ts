import { apply, createState, HORIZON_MS, HOUR_MS, LONGEST_HORIZON_MS } from '@countersign/approval';
import { deadLetter, EventError, openRecord, TOPICS } from '@countersign/events';
import type { MacKeys } from '@countersign/events';
import { createPublisher } from '@countersign/kafka';
import type { InRecord, KafkaConnection, OutRecord, Publisher, PublisherFold } from '@countersign/kafka';
import { logEventOf } from '../judge/log-event.js';
import { publicRecord } from './public-records.js';

/** A transaction costs the same for one record as for many. */
const EVERY_MS = 250;

export interface LogPublisherOptions {
  readonly connection: KafkaConnection;
  readonly macKeys: MacKeys;
  readonly horizonMs?: number;
}

/** Publishes `decisions`, `approvals` and `outcomes` as functions of the approval log, exactly once. */
export function createLogPublisher({ connection, macKeys, horizonMs = HORIZON_MS }: LogPublisherOptions): Publisher {
  return createPublisher(connection, {
    service: 'approval',
    groupId: 'countersign.approval.publisher',
    inputTopic: TOPICS.approvalLog,
    everyMs: EVERY_MS,
    startTimestampMs: (nowMs) => nowMs - Math.max(horizonMs, LONGEST_HORIZON_MS) - HOUR_MS,
    makeFold: (partition) => new PublicFold(partition, macKeys, horizonMs),
  });
}

/** The same reducer as everywhere; here its facts become records. */
export class PublicFold implements PublisherFold {
  private readonly state;

  constructor(
    partition: number,
    private readonly macKeys: MacKeys,
    horizonMs = HORIZON_MS,
  ) {
    this.state = createState(partition, { horizonMs });
  }

  apply(record: InRecord): OutRecord[] {
    const event = this.open(record);
    if ('reason' in event) return [this.letter(record, event)];
    const { events, rejected } = apply(this.state, { ...event, timestampMs: record.timestampMs });
    const published = events.map((fact, n) => publicRecord(fact, record, n, this.macKeys));
    return rejected === null ? published : [...published, this.letter(record, rejected)];
  }

  private letter(record: InRecord, { reason, detail }: { reason: string; detail: string }): OutRecord {
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
