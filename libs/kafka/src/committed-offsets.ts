import { clientOf } from './client.js';
import { committedOffsets as ask } from './offsets.js';
import type { KafkaConnection } from './port.js';

/** How far a consumer group has come in a topic: its committed next offsets by partition; null where it never committed. */
export const committedOffsets = (
  connection: KafkaConnection,
  groupId: string,
  topic: string,
): Promise<ReadonlyMap<number, number | null>> => ask(clientOf(connection), groupId, topic);
