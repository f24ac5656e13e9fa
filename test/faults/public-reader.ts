import { decode, TOPICS } from '@countersign/events';
import { createFold } from '@countersign/kafka';
import type { Fold, InRecord, KafkaConnection } from '@countersign/kafka';

/** What a consumer downstream sees of one published event. */
export interface PublicEvent {
  /** `topic/partition/offset`. */
  readonly at: string;
  readonly id: string;
  readonly name: string;
  readonly actionId: string;
  readonly voteId: string | null;
}

/** A read_committed reader of the public topics, on the broker's own listener. */
export class PublicReader {
  readonly events: PublicEvent[] = [];
  private readonly fold: Fold;

  constructor(connection: KafkaConnection) {
    this.fold = createFold(connection, {
      topics: [TOPICS.decisions, TOPICS.approvals, TOPICS.outcomes],
      groupPrefix: 'faults-reader',
      startTimestampMs: () => 'earliest',
      onRecord: (record) => void this.events.push(publicEvent(record)),
    });
  }

  start(): Promise<void> {
    return this.fold.start();
  }

  close(): Promise<void> {
    return this.fold.close();
  }
}

function publicEvent(record: InRecord): PublicEvent {
  const { name, event } = decode(record.value);
  const fields = event as { action_id?: string; vote_id?: string };
  return {
    at: `${record.topic}/${record.partition}/${record.offset}`,
    id: record.headers['ce_id']?.toString() ?? '',
    name,
    actionId: fields.action_id ?? '',
    voteId: fields.vote_id ?? null,
  };
}
