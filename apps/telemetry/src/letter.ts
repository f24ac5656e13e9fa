import { deadLetter, TOPICS } from '@countersign/events';
import type { EventError, MacKeys, WireRecord } from '@countersign/events';
import type { InRecord } from '@countersign/kafka';

/** Topics whose unreadable records are telemetry's to report; the other ones have another owner, and a dead letter never has one. */
const OWNED: readonly string[] = [
  TOPICS.decisions,
  TOPICS.approvals,
  TOPICS.outcomes,
  TOPICS.labels,
  TOPICS.policies,
  TOPICS.roster,
  TOPICS.sessions,
];

export const isOwned = (topic: string): boolean => OWNED.includes(topic);

/** The letter about a record that is no event. */
export const letterFor = (record: InRecord, { reason, message }: EventError, macKeys: MacKeys): WireRecord =>
  deadLetter(record, { service: 'telemetry', step: 'decode', reason, detail: message }, macKeys);
