export type EventFault =
  | 'unreadable_batch'
  | 'malformed'
  | 'null_value'
  | 'bad_framing'
  | 'unknown_schema'
  | 'bad_avro'
  | 'wrong_topic'
  | 'missing_mac'
  | 'bad_mac'
  | 'wrong_writer'
  | 'key_mismatch'
  | 'wrong_partition'
  | 'too_old';

/** Why a record is not an event that may be believed. Such a record is a dead letter, never a guess. */
export class EventError extends Error {
  constructor(
    readonly reason: EventFault,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'EventError';
  }
}
