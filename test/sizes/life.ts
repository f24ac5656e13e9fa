import { apply, createState, requestOf } from '@countersign/approval';
import type { ActionState, Answer, LogEvent } from '@countersign/approval';
import { eventRow } from '@countersign/clickhouse';
import { deadLetter, openRecord, partitionOf, recordKey, toRecord, TOPICS } from '@countersign/events';
import type { ActionProposed, EventMap, MacKeys, WireRecord } from '@countersign/events';
import type { InRecord, OutRecord } from '@countersign/kafka';
import { requestedOf } from '../../apps/approval/src/judge/requested.js';
import type { Requested } from '../../apps/approval/src/judge/requested.js';
import { logEventOf } from '../../apps/approval/src/judge/log-event.js';
import { PublicFold } from '../../apps/approval/src/publisher/log-publisher.js';

const PARTITIONS = 4;
const TRACEPARENT = '00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb-01';
const key = (letter: string): string => letter.repeat(64);
export const MAC_KEYS: MacKeys = { intake: key('a'), policy: key('b'), approval: key('c'), telemetry: key('d') };

/** Bytes of a record as the broker counts them: key, value and headers. */
export const bytesOf = ({ key: name, value, headers }: WireRecord | OutRecord): number =>
  Buffer.byteLength(String(name)) +
  (value?.length ?? 0) +
  Object.entries(headers ?? {}).reduce(
    (sum, [header, text]) => sum + header.length + Buffer.byteLength(String(text)),
    0,
  );

const placed = (record: WireRecord | OutRecord, offset: number, timestampMs: number): InRecord => ({
  ...{ topic: record.topic, key: Buffer.from(String(record.key)), value: record.value as Buffer, offset, timestampMs },
  partition: partitionOf(String(record.key), PARTITIONS),
  headers: Object.fromEntries(Object.entries(record.headers ?? {}).map(([name, text]) => [name, Buffer.from(text)])),
});

/** One action in a log of its own: what each record makes the judge, the publisher and telemetry write. */
export class Life {
  /** The largest record of each event, bytes. */
  readonly largest = new Map<string, number>();
  /** The largest row of each event, characters. */
  readonly rows = new Map<string, number>();
  private readonly state;
  private readonly publisher;
  private offset = 0;

  constructor(
    private readonly proposal: ActionProposed,
    private readonly startMs: number,
  ) {
    const partition = partitionOf(recordKey(proposal.tenant, proposal.action_id), PARTITIONS);
    this.state = createState(partition, { publishes: false });
    this.publisher = new PublicFold(partition, MAC_KEYS);
  }

  get action(): ActionState {
    const found = this.state.actions.get(this.proposal.action_id);
    if (found === undefined) throw new Error(`${this.proposal.action_id} is not decided`);
    return found;
  }

  get requested(): Requested {
    const request = requestOf(this.action, this.action.decided.request_id);
    if (request === null) throw new Error(`${this.proposal.action_id} has no request`);
    return requestedOf(this.action, request);
  }

  /** Notes a record, its dead letter and, where telemetry reads it, its row. @returns it as it is read again */
  note(record: WireRecord | OutRecord): InRecord {
    const read = placed(record, (this.offset += 1), this.startMs + this.offset);
    const opened = openRecord(read, MAC_KEYS);
    this.keep(opened.name, bytesOf(record));
    const cause = {
      service: 'telemetry',
      step: 's'.repeat(60),
      reason: 'r'.repeat(60),
      detail: 'é'.repeat(2_000),
    } as const;
    this.keep('DeadLettered', bytesOf(deadLetter(read, cause, MAC_KEYS)));
    const row = JSON.stringify(eventRow(read, read.headers, opened)).length;
    this.rows.set(opened.name, Math.max(row, this.rows.get(opened.name) ?? 0));
    return read;
  }

  /** Appends a record of approval's own, as the judge does. */
  ask<N extends Exclude<LogEvent['name'], 'ActionDecided' | 'FreezeRequested' | 'Ticked'>>(
    name: N,
    event: EventMap[N],
  ): Answer {
    const { tenant, action_id } = this.proposal;
    return this.append(
      toRecord({
        ...{ topic: TOPICS.approvalLog, name, event, key: recordKey(tenant, action_id), id: `id-${this.offset}` },
        ...{ timeMs: this.startMs + this.offset, service: 'approval', macKeys: MAC_KEYS, traceparent: TRACEPARENT },
      }),
    );
  }

  /** Folds a record of the approval log, and notes what is published of it. */
  append(record: WireRecord | OutRecord): Answer {
    const read = this.note(record);
    const event = logEventOf(openRecord(read, MAC_KEYS));
    if (event === null) throw new Error('not a record of the approval log');
    const { answer, rejected } = apply(this.state, { ...event, timestampMs: read.timestampMs });
    if (rejected !== null) throw new Error(`${event.name}: ${rejected.reason}, ${rejected.detail}`);
    const published = this.publisher.apply(read);
    for (const one of published) this.note(one);
    if (published.some(({ topic }) => topic === TOPICS.deadLetters)) throw new Error(`${event.name} is a dead letter`);
    return answer;
  }

  private keep(name: string, bytes: number): void {
    this.largest.set(name, Math.max(bytes, this.largest.get(name) ?? 0));
  }
}
