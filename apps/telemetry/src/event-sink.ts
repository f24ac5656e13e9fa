import { blankRow, eventRow, readSql } from '@countersign/clickhouse';
import type { Engine, EventRow } from '@countersign/clickhouse';
import { EventError, isEvent, openRecord, TOPICS } from '@countersign/events';
import type { MacKeys, Opened, WireRecord } from '@countersign/events';
import { createSink } from '@countersign/kafka';
import type { Appender, InRecord, KafkaConnection, Sink } from '@countersign/kafka';
import { isOwned, letterFor } from './letter.js';
import type { Refresher } from './refresher.js';
import { RowWriter } from './row-writer.js';

export interface EventSinkOptions {
  readonly connection: KafkaConnection;
  readonly appender: Pick<Appender, 'append'>;
  readonly engine: Engine;
  readonly refresher: Refresher;
  readonly macKeys: MacKeys;
  /** Called with the number of records that were not events, by topic. */
  readonly onRefused: (topic: string, count: number) => void;
  /** Called with each dead letter that is written. */
  readonly onLetter: (source_topic: string, reason: string) => void;
  /** Consumer group; one per database. Default `countersign.telemetry`. */
  readonly groupId?: string;
}

/** Public topics: what anyone may read of an action, and nothing of the judge's own log. */
export const SINK_TOPICS = [
  TOPICS.actions,
  TOPICS.decisions,
  TOPICS.approvals,
  TOPICS.outcomes,
  TOPICS.labels,
  TOPICS.policies,
  TOPICS.roster,
  TOPICS.sessions,
  TOPICS.deadLetters,
];

const MAX_ROWS = 5_000;
const MAX_DELAY_MS = 250;
const positionSql = readSql('queries/position.sql');

/** Writes every public record into `events` once; how far it got is read back from there, never from Kafka. */
export function createEventSink(options: EventSinkOptions): Sink {
  const { connection, engine, refresher } = options;
  const writer = new RowWriter(engine);
  return createSink(connection, {
    groupId: options.groupId ?? 'countersign.telemetry',
    topics: SINK_TOPICS,
    maxRecords: MAX_ROWS,
    maxDelayMs: MAX_DELAY_MS,
    position: async (topic, partition) => {
      const [last] = await engine.rows<{ offset: string }>(positionSql, { topic, partition });
      refresher.reconcile();
      return last ? Number(last.offset) + 1 : null;
    },
    write: (_topic, _partition, records) => writeRange(records, { ...options, writer }),
  });
}

export interface RangeOptions extends Omit<EventSinkOptions, 'connection' | 'engine' | 'groupId'> {
  readonly writer: RowWriter;
}

/** Writes one contiguous range of one partition. */
export async function writeRange(records: readonly InRecord[], options: RangeOptions): Promise<void> {
  const read = records.map((record) => readRecord(record, options.macKeys));
  const letters = read.flatMap(({ letter }) => (letter ? [letter] : []));
  if (letters.length > 0) await options.appender.append(letters);
  const rows = read.map(({ row }) => row);
  await options.writer.write(rows);
  options.refresher.touch(rows);
  const refused = rows.filter(({ type }) => type === '');
  if (refused[0]) options.onRefused(refused[0].topic, refused.length);
  for (const { opened } of read)
    if (opened && isEvent(opened, 'DeadLettered')) options.onLetter(opened.event.source_topic, opened.event.reason);
}

interface ReadResult {
  readonly row: EventRow;
  readonly opened?: Opened;
  /** For a record that is no event, where telemetry owns the topic. */
  readonly letter: WireRecord | null;
}

function readRecord(record: InRecord, macKeys: MacKeys): ReadResult {
  try {
    const opened = openRecord(record, macKeys);
    return { row: eventRow(record, record.headers, opened), opened, letter: null };
  } catch (fault) {
    if (!(fault instanceof EventError)) throw fault;
    return { row: blankRow(record), letter: isOwned(record.topic) ? letterFor(record, fault, macKeys) : null };
  }
}
