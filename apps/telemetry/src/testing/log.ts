import { blankRow, eventRow } from '@countersign/clickhouse';
import type { EventRow } from '@countersign/clickhouse';
import { eventId, openRecord, partitionOf, recordKey, toRecord, topicConfigs, TOPICS } from '@countersign/events';
import type { EventMap, EventName, MacKeys, ServiceName, WireRecord } from '@countersign/events';

export const macKeys: MacKeys = {
  intake: '11'.repeat(32),
  policy: '22'.repeat(32),
  approval: '33'.repeat(32),
  telemetry: '44'.repeat(32),
};

const PARTITIONS = new Map(topicConfigs.map(({ topic, partitions }) => [topic, partitions]));

/** A record at its place in a simulated Kafka log. */
export interface LoggedRecord extends WireRecord {
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
}

/** A log of real records in memory: places, log times and bytes as the broker would give them. */
export class SimulatedLog {
  readonly records: LoggedRecord[] = [];
  private readonly ends = new Map<string, number>();

  /** Appends an event of an action at a log time. The same record is returned each time it is appended again. */
  append<N extends EventName>(topic: string, name: N, event: EventMap[N], timestampMs: number): LoggedRecord {
    const { tenant, action_id } = event as { tenant: string; action_id: string };
    return this.appendUnder(recordKey(tenant, action_id), { topic, name, event }, timestampMs);
  }

  /** Appends an event that is about no action. */
  appendUnder<N extends EventName>(
    key: string,
    { topic, name, event }: { topic: string; name: N; event: EventMap[N] },
    timestampMs: number,
  ): LoggedRecord {
    const id = eventId(name, key, JSON.stringify(event));
    const record = toRecord({ topic, name, event, key, id, timeMs: timestampMs, service: writerOf(topic), macKeys });
    return this.place(record, partitionOf(key, PARTITIONS.get(topic) ?? 1), timestampMs);
  }

  place(record: WireRecord, partition: number, timestampMs: number): LoggedRecord {
    const end = `${record.topic}|${partition}`;
    const offset = this.ends.get(end) ?? 0;
    this.ends.set(end, offset + 1);
    const placed = { ...record, partition, offset, timestampMs };
    this.records.push(placed);
    return placed;
  }
}

/** The sink's row of a record, through the same code as the service. */
export function rowOf(record: LoggedRecord): EventRow {
  const read = { ...record, key: Buffer.from(record.key) };
  return record.value.length === 0 ? blankRow(record) : eventRow(record, record.headers, openRecord(read, macKeys));
}

const writerOf = (topic: string): ServiceName => {
  if (topic === TOPICS.actions || topic === TOPICS.labels) return 'intake';
  return topic === TOPICS.policies ? 'policy' : 'approval';
};
