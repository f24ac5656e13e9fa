import { decode, TOPICS } from '@countersign/events';
import type { KafkaConnection } from '@countersign/kafka';
import { readAll } from '@countersign/testing';

/** A published event, as far as the referee looks at it. */
export interface PublishedFact {
  readonly id: string;
  readonly name: string;
  readonly actionId: string;
  readonly event: {
    readonly issuer?: string;
    readonly reviewer_id?: string;
    readonly vote?: string;
    readonly vote_id?: string;
    readonly counted?: boolean;
    readonly packet_digest?: string;
    readonly digest?: string;
    readonly parameters?: string;
    readonly status?: string;
  };
}

/** Committed records of a public topic, in the order in which its log has them for each action. */
export async function publishedFacts(connection: KafkaConnection, topic = TOPICS.approvals): Promise<PublishedFact[]> {
  return (await readAll(connection, topic)).map(({ value, headers }) => {
    const { name, event } = decode(value);
    const { action_id = '' } = event as { action_id?: string };
    return { id: String(headers['ce_id']), name, actionId: action_id, event: event as PublishedFact['event'] };
  });
}
