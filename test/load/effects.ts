import { decode, TOPICS } from '@countersign/events';
import type { KafkaConnection } from '@countersign/kafka';
import { readAll } from '@countersign/testing';

/** What a clock did to a request, as everybody reads it. Times are UTC epoch milliseconds. */
export interface Effect {
  readonly actionId: string;
  /** The event and, of a reminder, which one. */
  readonly what: string;
  readonly deadline: number;
  /** Log time of the record by which it became due. */
  readonly due: number;
  /** Log time of its publication. */
  readonly published: number;
}

type Fields = Readonly<Record<string, number>> & { readonly action_id: string };

const DEADLINES: Readonly<Record<string, string>> = {
  RequestReminded: 'reminded_at',
  RequestEscalated: 'escalated_at',
  RequestResolved: 'resolved_at',
};

/** Everything that clocks did, in the order of its log for each action. */
export async function publishedEffects(connection: KafkaConnection): Promise<Effect[]> {
  const records = await readAll(connection, TOPICS.approvals);
  return records.flatMap(({ value, headers, timestampMs }) => {
    const { name, event } = decode(value);
    const member = DEADLINES[name];
    if (member === undefined) return [];
    const { action_id: actionId, nth, [member]: deadline = NaN } = event as unknown as Fields;
    const what = nth === undefined ? name : `${name} ${nth}`;
    return [{ actionId, what, deadline, due: Date.parse(String(headers['ce_time'])), published: timestampMs }];
  });
}

const percentile = (sorted: readonly number[], part: number): number =>
  sorted[Math.ceil(sorted.length * part) - 1] ?? NaN;

const spread = (values: readonly number[]): string => {
  const sorted = values.toSorted((a, b) => a - b);
  return `p50 ${percentile(sorted, 0.5)} ms, p95 ${percentile(sorted, 0.95)} ms, most ${percentile(sorted, 1)} ms`;
};

/** How late they were, and how much of it passed before the log's time had moved on. */
export const lateness = (effects: readonly Effect[]): string =>
  [
    spread(effects.map(({ deadline, published }) => published - deadline)),
    `of it until due ${spread(effects.map(({ deadline, due }) => due - deadline))}`,
    `n ${effects.length}`,
  ].join('; ');
