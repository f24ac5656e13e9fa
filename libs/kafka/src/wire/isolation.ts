import { createRequire } from 'node:module';
import { isPlainTopic } from '@countersign/events';

/** True where open transactions are not waited for: on topics that none of our services writes transactions to. */
export const readsUncommitted = (topics: readonly string[]): boolean => topics.every(isPlainTopic);

/**
 * The consumer groups for these topics: a consumer waits for transactions in all of its topics or in none. Where there are
 * two, the one that waits has `.published` behind its name.
 */
export function groupsOf(groupId: string, topics: readonly string[]): { groupId: string; topics: string[] }[] {
  const [plain, waiting] = [topics.filter(isPlainTopic), topics.filter((topic) => !isPlainTopic(topic))];
  if (plain.length === 0) return [{ groupId, topics: waiting }];
  const published = { groupId: `${groupId}.published`, topics: waiting };
  return [{ groupId, topics: plain }, ...(waiting.length > 0 ? [published] : [])];
}

const COMMITTED = 1;
const UNCOMMITTED = 0;

interface ListOffsetsDefinition {
  protocol(asked: { version: number }): (call: ListOffsetsCall) => unknown;
}
interface ListOffsetsCall {
  readonly isolationLevel?: number;
  readonly topics: readonly { readonly topic: string }[];
}

/**
 * As it comes, the client library's admin asks where the last committed record is, so what stands behind an open
 * transaction looks as if it were not there. Here the end of a topic is where its readers read to.
 */
export function countOpenTransactions(): void {
  const offsets = createRequire(import.meta.url)('kafkajs/src/protocol/requests/listOffsets') as ListOffsetsDefinition;
  const original = offsets.protocol;
  offsets.protocol = (asked) => {
    const make = original(asked);
    return (call) => {
      const open = readsUncommitted(call.topics.map(({ topic }) => topic));
      return make({ ...call, isolationLevel: call.isolationLevel ?? (open ? UNCOMMITTED : COMMITTED) });
    };
  };
}
