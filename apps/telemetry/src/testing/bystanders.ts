import { readFileSync } from 'node:fs';
import { decode, recordKey, schemaRegistry, topicOf } from '@countersign/events';
import type { EventMap, EventName } from '@countersign/events';
import { SINK_TOPICS } from '../event-sink.js';
import type { SimulatedLog } from './log.js';

const nameOf = (subject: string): EventName => subject.slice(subject.lastIndexOf('-') + 1) as EventName;

/** Names of all events that reach the sink. */
export const SINK_EVENTS: readonly EventName[] = schemaRegistry
  .subjects()
  .filter((subject) => SINK_TOPICS.some((topic) => subject.startsWith(`${topic}-`)))
  .map(nameOf);

/** An event of a name with every field filled, from the golden bytes. */
export function exampleOf<N extends EventName>(name: N): EventMap[N] {
  const file = new URL(`../../../../schemas/golden/${name}.v1.json`, import.meta.url);
  const { avro_hex } = JSON.parse(readFileSync(file, 'utf8')) as { avro_hex: string };
  const header = Buffer.alloc(5);
  header.writeInt32BE(schemaRegistry.latest(`${topicOf(name)}-${name}`)?.id ?? 0, 1);
  return decode(Buffer.concat([header, Buffer.from(avro_hex, 'hex')])).event as EventMap[N];
}

/** Tells one of every event that is about no action: none of them may change any number. Those about actions are for stories. */
export function tellBystanders(log: SimulatedLog, told: ReadonlySet<EventName>, timestampMs: number): void {
  for (const name of SINK_EVENTS.filter((one) => !told.has(one))) {
    const event = exampleOf(name);
    if ('run_id' in event) continue;
    const topic = topicOf(name);
    const tenant = 'tenant' in event ? String(event.tenant) : 'acme';
    log.appendUnder(recordKey(tenant, 'bystander'), { topic, name, event }, timestampMs);
  }
}
