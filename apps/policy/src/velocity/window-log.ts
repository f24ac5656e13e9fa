import { CountersignError } from '@countersign/canonical';
import { topicConfigs, TOPICS } from '@countersign/events';
import type { MacKeys } from '@countersign/events';
import { EventFold } from '@countersign/kafka';
import type { Appender, KafkaConnection } from '@countersign/kafka';
import { REMEMBER_MS, WindowFold } from '@countersign/policy';
import type { Entry, PlacedEntry, Remembered } from '@countersign/policy';
import type { Logger } from '@countersign/service';
import { Waiting } from './waiting.js';
import { entryRecord, placedEntry } from './window-records.js';

export interface WindowLogOptions {
  readonly connection: KafkaConnection;
  readonly appender: Pick<Appender, 'append'>;
  readonly macKeys: MacKeys;
  readonly log: Logger;
  /** How long an entry may take to come back from the log, milliseconds. Default 5 000. */
  readonly withinMs?: number;
}

/** The clocks of brokers and instances differ by less than this, milliseconds. */
const SLACK_MS = 3_600_000;
const ANSWER_WITHIN_MS = 5_000;
const PARTITIONS = topicConfigs.find(({ topic }) => topic === TOPICS.windows)?.partitions ?? 0;

/**
 * The `windows` topic. Every instance reads all of it and counts with the same fold, so an entry has the same answer on
 * every instance: the one at its own offset.
 */
export class WindowLog {
  private readonly partitions = Array.from({ length: PARTITIONS }, () => new WindowFold());
  private readonly waiting: Waiting<Remembered>;
  private fold: EventFold | null = null;

  constructor(private readonly options: WindowLogOptions) {
    this.waiting = new Waiting(options.withinMs ?? ANSWER_WITHIN_MS);
  }

  /**
   * Reads far enough back that every window is whole, and every action whose entry may come again is known.
   * @param longestMs length of the longest window of any version, milliseconds
   */
  async open(longestMs: number): Promise<void> {
    const { connection, macKeys, log } = this.options;
    this.fold = new EventFold(connection, {
      ...{ topics: [TOPICS.windows], group: 'countersign.policy.windows', macKeys, log },
      from: (nowMs) => nowMs - longestMs - REMEMBER_MS - SLACK_MS,
      facts: { WindowEntered: (event, record) => this.take(placedEntry(event, record), record.partition) },
    });
    await this.fold.start();
  }

  healthy(): boolean {
    return this.fold?.healthy() ?? false;
  }

  async close(): Promise<void> {
    await this.fold?.close();
  }

  /** What an action's entry got; null when this instance has not read one. */
  find(entry: Entry): Remembered | null {
    for (const partition of this.partitions) {
      const found = partition.find(entry);
      if (found !== null) return found;
    }
    return null;
  }

  /**
   * Enters an action, and answers once this instance has counted it. An action that entered before keeps its answer.
   * @throws CountersignError `overloaded` until `open` is through, `unknown_outcome` when the entry does not come back in
   * time; trying again is safe
   */
  async enter(entry: Entry, proposedAtMs: number): Promise<Remembered> {
    if (this.fold?.opened !== true)
      throw new CountersignError('overloaded', 'the windows are still being read', { retry_after: 1 });
    const known = this.find(entry);
    if (known !== null) return known;
    const id = idOf(entry);
    return this.waiting.pending(id) ?? this.append(id, entry, proposedAtMs);
  }

  /** The answer may come before the acknowledgement: what was read from the log is in it. */
  private append(id: string, entry: Entry, proposedAtMs: number): Promise<Remembered> {
    const { appender, macKeys } = this.options;
    const answer = this.waiting.begin(id);
    appender
      .append([entryRecord(entry, proposedAtMs, macKeys)])
      .catch((error: unknown) => this.waiting.fail(id, error as Error));
    return answer;
  }

  private take(entry: PlacedEntry, number: number): void {
    const partition = this.partitions[number];
    partition?.enter(entry);
    const found = partition?.find(entry) ?? null;
    if (found !== null) this.waiting.settle(idOf(entry), found);
  }
}

const idOf = ({ tenant, window, key, action_id }: Entry): string => `${tenant}|${window}|${key}|${action_id}`;
